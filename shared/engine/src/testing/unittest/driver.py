# Runs the test cases of the files in argv[2:].
import importlib
import importlib.util
import time
import traceback
import unittest

files = sys.argv[2:]
sys.argv = ["unittest"]
root = os.getcwd()
sys.path.insert(0, root)


class Result(unittest.TestResult):
    def __init__(self, file):
        super().__init__()
        self.file = file

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def say(self, test, status, message=None):
        method = getattr(test, "_testMethodName", "")
        name = f"{type(test).__name__}.{method}" if method else str(test)
        seconds = time.monotonic() - getattr(self, "started", time.monotonic())
        write(file=self.file, function=name, name=name, status=status, seconds=seconds, message=message)

    def addSuccess(self, test):
        self.say(test, "passed")

    def addFailure(self, test, error):
        self.say(test, "failed", "".join(traceback.format_exception(*error)))

    def addError(self, test, error):
        self.say(test, "error", "".join(traceback.format_exception(*error)))

    def addSkip(self, test, reason):
        self.say(test, "skipped", reason)

    def addExpectedFailure(self, test, error):
        self.say(test, "skipped", "expected to fail")

    def addUnexpectedSuccess(self, test):
        self.say(test, "failed", "it was expected to fail")

    def addSubTest(self, test, part, error):
        if error is not None:
            status = "failed" if issubclass(error[0], test.failureException) else "error"
            self.say(test, status, f"{part}\n" + "".join(traceback.format_exception(*error)))


def load(file):
    """The module of a test file, by the name that its packages give it."""
    folder, name = os.path.split(file)
    parts = [os.path.splitext(name)[0]]
    while folder and os.path.exists(os.path.join(folder, "__init__.py")):
        folder, above = os.path.split(folder)
        parts.insert(0, above)
    top = os.path.join(root, folder)
    if top not in sys.path:
        sys.path.insert(0, top)
    dotted = ".".join(parts)
    known = sys.modules.get(dotted)
    if known is not None and os.path.realpath(getattr(known, "__file__", None) or "") != os.path.realpath(file):
        # Two files of one name in folders that are no packages.
        spec = importlib.util.spec_from_file_location(file.replace("/", "_")[:-3], file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    return importlib.import_module(dotted)


measured = start_coverage()
try:
    for file in files:
        try:
            module = load(file)
        except (Exception, SystemExit):
            message = traceback.format_exc()
            write(file=file, function="", name="(collection)", status="error", seconds=0.0, message=message)
            continue
        unittest.defaultTestLoader.loadTestsFromModule(module).run(Result(file))
finally:
    if measured:
        finish_coverage(measured)
write(end=True)
