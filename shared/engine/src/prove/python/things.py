# A test that Quartet generated. It calls one function with hostile input and asks whether the input reaches a sink as
# data or as code. Everything in this file that carries the name of a library is a STAND-IN for this test alone: it
# knows just enough of the real one for a handler to be called. Needs Python 3.8, no packages.
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import types

MARK = "zq7"
TARGET = os.path.abspath(SPEC["file"])
# What reached the sink in the call that runs now: (kind, line of the target or None, text).
RECORDS = []
# Functions that were handed to something we stand in for: handlers, mostly.
REGISTERED = []


class Now:
    """The call that runs now."""

    payload = ""
    rows = True
    method = "GET"


def line_in_target():
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == TARGET:
            return frame.f_lineno
        frame = frame.f_back
    return None


def note(kind, text=""):
    RECORDS.append((kind, line_in_target(), str(text)))


def register(*values):
    REGISTERED.extend(value for value in values if isinstance(value, types.FunctionType))


class Thing:
    """Stands for any object: has every attribute, can be called, read, entered and awaited, and knows its name."""

    def __init__(self, name="thing", *_, **__):
        object.__setattr__(self, "_name", name if isinstance(name, str) else "thing")

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return part(self._name + "." + name)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)

    def __call__(self, *args, **kwargs):
        register(*args, *kwargs.values())
        if len(args) == 1 and not kwargs and isinstance(args[0], (types.FunctionType, type)):
            return args[0]
        return called(self._name, args, kwargs)

    def __getitem__(self, key):
        return Thing(self._name + "[]")

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter([Thing(self._name + "[]")])

    def __len__(self):
        return 1

    def __bool__(self):
        return True

    def __contains__(self, value):
        return True

    def __str__(self):
        return "thing"

    def __format__(self, spec):
        return "thing"

    def __fspath__(self):
        return "thing"

    def __int__(self):
        return 1

    def __index__(self):
        return 1

    def __float__(self):
        return 1.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return False

    def __await__(self):
        return self
        yield

    async def __aiter__(self):
        yield Thing(self._name + "[]")

    def __add__(self, other):
        return "thing" + other if isinstance(other, str) else self

    def __radd__(self, other):
        return other + "thing" if isinstance(other, str) else self

    def __mro_entries__(self, bases):
        return ()

    def _same(self, *_):
        return self

    __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __or__ = __ror__ = __and__ = __invert__ = __truediv__ = _same


def part(name):
    """An attribute of a thing; what is named like an exception can be raised and caught."""
    last = name.rpartition(".")[2]
    if last.endswith(("Error", "Exception", "Warning")):
        return type(last, (Exception,), {"__init__": lambda self, *_, **__: None})
    return Thing(name)


NO_ROWS = {"fetchone", "first", "one_or_none", "scalar", "scalar_one_or_none"}
NO_LISTS = {"fetchall", "fetchmany", "all", "scalars"}


def called(name, args, kwargs):
    last = name.rpartition(".")[2]
    sink = THING_SINKS.get(last)
    if sink is not None:
        sink(name, args, kwargs)
    if not Now.rows and last in NO_ROWS:
        return None
    if not Now.rows and last in NO_LISTS:
        return []
    return Thing(name + "()")


class Module(types.ModuleType):
    """Stands for a module that is not there."""

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return part(self.__name__ + "." + name)


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Comes last: finds every module that nobody else found, and that is not one of the repository's own."""

    def find_spec(self, name, path, target=None):
        root = name.partition(".")[0]
        own = any(os.path.exists(os.path.join(folder, root + end)) for folder in ROOTS for end in (".py", ""))
        if own and root == name:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Module(spec.name)

    def exec_module(self, module):
        pass


def stand_in(name, **parts):
    """A module of this name, with these parts; all others are things."""
    module = Module(name)
    module.__path__ = []
    module.__dict__.update(parts)
    sys.modules[name] = module
    above, _, last = name.rpartition(".")
    if above:
        setattr(sys.modules[above] if above in sys.modules else stand_in(above), last, module)
    return module


def has(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


ROOTS = [os.getcwd(), os.path.join(os.getcwd(), "src"), os.path.dirname(TARGET)]
