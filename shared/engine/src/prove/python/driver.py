# Finds the function, fills its parameters, calls it with plain and with hostile input, and says what came of it.
import asyncio
import gc
import inspect
import itertools
import pathlib
import signal
import tempfile

CALL_SECONDS = 2
MOST_ATTEMPTS = 24
# The function itself is broken: no refusal of input.
BROKEN = (NameError, AttributeError, ImportError, SyntaxError)
THINGS = {
    "connection", "conn", "con", "db", "database", "cursor", "cur", "session", "engine", "client", "pool", "tx", "transaction",
    "store", "app", "context", "ctx", "logger", "log", "ldap", "server", "service", "response", "res", "resp", "callback",
    "handler", "func", "fn", "tree", "doc", "dom", "element", "xml",
}
FOLDERS = {"folder", "dir", "directory", "root", "base", "prefix", "workspace", "parent", "dirname"}
MAPPINGS = {
    "query", "params", "args", "form", "data", "options", "headers", "config", "settings", "payload", "body", "event",
    "values", "environ", "cookies", "json",
}
NUMBERS = {"id", "count", "limit", "page", "size", "n", "port", "timeout", "offset", "number", "index", "length", "pk"}


class NotCallable(Exception):
    """Why nothing can be said."""


class TooLong(BaseException):
    pass


def target_module():
    path = os.path.relpath(TARGET)
    for root in ROOTS[:2]:
        inside = os.path.relpath(TARGET, root)
        parts = inside[: -len(".py")].split(os.sep)
        if inside.startswith("..") or not all(one.isidentifier() for one in parts):
            continue
        if root.endswith("src") or parts[0] != "src":
            try:
                return importlib.import_module(".".join(parts))
            except ImportError:
                pass
    spec = importlib.util.spec_from_file_location("quartet_target", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def find(module, names):
    """The function, a method with an object to be called on."""
    owner, found = None, module
    for name in names:
        owner, found = found, (vars(found).get(name) if isinstance(found, type) else getattr(found, name, None))
        if isinstance(found, types.FunctionType) and name != names[-1]:
            # A function in a function exists once the outer one was called.
            quiet(found, plain_arguments(found))
            found = None
            break
    if isinstance(found, property):
        found = found.fget
    if isinstance(found, staticmethod):
        return found.__func__
    if isinstance(found, classmethod):
        return functools.partial(found.__func__, owner)
    if callable(found) and not isinstance(found, (type, Thing)):
        found = inspect.unwrap(found)
        return functools.partial(found, instance(owner)) if isinstance(owner, type) else found
    wanted = ".".join(names)
    for one in REGISTERED + [one for one in gc.get_objects() if isinstance(one, types.FunctionType)]:
        here = one.__code__.co_filename == TARGET
        if here and one.__qualname__.replace("<locals>.", "") == wanted:
            return inspect.unwrap(one)
    raise NotCallable("the function was not found")


def instance(owner):
    """An object of the class that was never initialised: what it lacks is a thing."""

    def lacking(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Request() if name == "request" else Thing(name)

    made = type(owner.__name__, (owner,), {"__init__": lambda self, *_, **__: None, "__getattr__": lacking})
    return made()


def last_word(name):
    return name.lower().strip("_").rpartition("_")[2]


def fixed_value(parameter):
    """Of a parameter that no client fills."""
    name, kind = parameter.name.lower(), str(parameter.annotation)
    if name in ("request", "req") or kind.endswith("Request'>"):
        return Request()
    if isinstance(parameter.default, (bool, int, float)):
        return parameter.default
    if parameter.annotation in (int, float) or kind in ("int", "float"):
        return 7
    if parameter.annotation is bool or kind == "bool":
        return True
    if SPEC["weakness"] == "path" and last_word(name) in FOLDERS:
        return tempfile.gettempdir()
    if last_word(name) in THINGS or (SPEC["weakness"] == "xpath" and name in ("root", "node")):
        return Thing(name)
    return None


def text_value(parameter, text, as_mapping):
    """What a client chooses, in the type that the parameter asks for."""
    kind = str(parameter.annotation).lower()
    if as_mapping and last_word(parameter.name) in MAPPINGS:
        return Given()
    if parameter.annotation is bytes or kind == "bytes":
        return text.encode()
    if "path" in kind and "pathlib" in kind:
        return pathlib.Path(text)
    if kind.startswith(("list", "typing.list", "<class 'list'", "sequence", "typing.sequence", "tuple", "<class 'tuple'")):
        return [text]
    if kind.startswith(("dict", "typing.dict", "<class 'dict'", "mapping", "typing.mapping")):
        return Given()
    return text


def plain_value(parameter):
    if parameter.default is not parameter.empty and not isinstance(parameter.default, str):
        return parameter.default
    if last_word(parameter.name) in NUMBERS:
        return 7
    if last_word(parameter.name) in FOLDERS:
        return tempfile.gettempdir()
    return text_value(parameter, PLAIN, True)


def parameters_of(function):
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [one for one in inspect.signature(function).parameters.values() if one.kind not in kinds]


def arguments(parameters, hostile, text, as_mapping):
    """By position and by name."""
    given, named = [], {}
    for one in parameters:
        value = fixed_value(one)
        if value is None:
            value = text_value(one, text, as_mapping) if one.name in hostile else plain_value(one)
        if one.kind is one.KEYWORD_ONLY:
            named[one.name] = value
        else:
            given.append(value)
    return given, named


def plain_arguments(function):
    return arguments(parameters_of(function), set(), PLAIN, True)


def quiet(function, given):
    """Calls; answers what was returned and what was raised."""
    def too_long(*_):
        raise TooLong()

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(CALL_SECONDS)
    try:
        value = function(*given[0], **given[1])
        if inspect.isawaitable(value) and not isinstance(value, Thing):
            value = asyncio.run(value)
        if inspect.isgenerator(value):
            value = list(itertools.islice(value, 100))
        return value, None
    except (Exception, SystemExit, TooLong) as error:
        return None, error
    finally:
        signal.alarm(0)


def records_of(function, given):
    """What the call left at the sink on the lines that count."""
    RECORDS.clear()
    value, error = quiet(function, given)
    if SPEC["weakness"] == "html" and error is None:
        judge_html(value)
    first, last = SPEC["lines"]
    counts = lambda line: SPEC["weakness"] == "html" or (line is not None and first <= line <= last)
    return [(kind, text) for kind, line, text in RECORDS if counts(line)], error


def kinds(records, plain_records):
    """Paths are judged by the folder that a plain name leads to."""
    folders = {os.path.dirname(text) for kind, text in plain_records if kind == "path"}
    for kind, text in records:
        if kind == "path":
            inside = any(os.path.dirname(text) == one or text.startswith(one.rstrip(os.sep) + os.sep) for one in folders)
            yield "data" if inside else "code"
        else:
            yield kind


def verdict(function, build):
    """`code`, `data`, `refused`, `broken: why`, `seen` or `unreached: why`."""
    Now.payload = PLAIN
    plain_records, plain_error = records_of(function, build(PLAIN))
    if not HOSTILE:
        found = [kind for kind, _ in plain_records]
        if "code" in found:
            return "code"
        return "data" if "data" in found else missed(plain_error)
    verdicts = set()
    for payload in HOSTILE:
        Now.payload = payload
        records, error = records_of(function, build(payload))
        found = list(kinds(records, plain_records))
        if "code" in found:
            return "code"
        if "data" in found:
            verdicts.add("data")
        elif plain_records and not isinstance(error, BROKEN):
            # A plain input gets there and this one does not.
            verdicts.add("seen" if found and error is None and SPEC["weakness"] != "redirect" else "refused")
        else:
            verdicts.add(missed(error or plain_error))
    ranked = sorted(verdicts, key=lambda one: ("broken", "unreached", "seen", "refused", "data").index(one.partition(":")[0]))
    return ranked[0]


def missed(error):
    if error is None:
        return "unreached: the function ended before the sink"
    word = "broken" if isinstance(error, BROKEN) else "unreached"
    return "%s: %s: %s" % (word, type(error).__name__, str(error)[:200])


def attempts(parameters):
    """(name, hostile parameters, queries as mappings, rows found, method)."""
    open_ones = [one.name for one in parameters if fixed_value(one) is None]
    hostile = [("all", set(open_ones) if HOSTILE else set())]
    if len(open_ones) > 1 and HOSTILE:
        hostile += [(one, {one}) for one in open_ones]
    shapes = (True, False) if any(last_word(one) in MAPPINGS for one in open_ones) else (True,)
    for as_mapping, (rows, method) in itertools.product(shapes, ((True, "GET"), (False, "POST"))):
        for name, names in hostile:
            yield "%s %s %s" % (name, "mapping" if as_mapping else "text", method), names, as_mapping, rows, method


def examine():
    """The verdict of each attempt, by its name."""
    sys.path[:0] = [root for root in ROOTS if os.path.isdir(root) and root not in sys.path]
    sys.meta_path.append(Absent())
    install_frameworks()
    INSTALL()
    soften()
    Now.payload = PLAIN
    try:
        module = target_module()
    except (Exception, SystemExit) as error:
        raise NotCallable("its file cannot be imported: %s: %s" % (type(error).__name__, str(error)[:200])) from None
    if not SPEC["function"]:
        raise NotCallable("the code is in no function")
    function = find(module, SPEC["function"].split("."))
    try:
        parameters = parameters_of(function)
    except (TypeError, ValueError) as error:
        raise NotCallable("its parameters are not known: %s" % error) from None
    found = {}
    for name, hostile, as_mapping, rows, method in itertools.islice(attempts(parameters), MOST_ATTEMPTS):
        Now.rows, Now.method = rows, method
        found[name] = verdict(function, lambda text: arguments(parameters, hostile, text, as_mapping))
    return found


def test_hostile_input_is_data():
    found = examine()
    assert "code" not in found.values(), found
    assert {"data", "refused"} & set(found.values()), found


def main(report):
    try:
        answer = {"attempts": examine()}
    except NotCallable as reason:
        answer = {"reason": str(reason)}
    except Exception as error:
        answer = {"reason": "%s: %s" % (type(error).__name__, error)}
    with open_for_report(report, "w", encoding="utf-8") as file:
        json.dump(answer, file)


open_for_report = open
