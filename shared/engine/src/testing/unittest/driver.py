# Runs the test cases of the files in argv[2:] and writes one JSON object for each test, as it ends, into the folder in
# argv[1]. Needs Python 3.8 and, for coverage, coverage 6.
import sys

# The repository's files come first, but only once ours are in: it may have a `json.py` or a `coverage.py`.
sys.path[:] = [path for path in sys.path if path]

import importlib
import importlib.util
import json
import os
import time
import traceback
import unittest

try:
    import coverage
except ImportError as error:
    coverage = None
    print(f"no coverage: {error}", file=sys.stderr)

reports, files = sys.argv[1], sys.argv[2:]
sys.argv = ["unittest"]
out = open(os.path.join(reports, "tests.jsonl"), "w", encoding="utf-8", buffering=1)
root = os.getcwd()
sys.path.insert(0, root)


def write(**line):
    out.write(json.dumps(line) + "\n")


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


def start_coverage():
    if coverage is None:
        return None
    try:
        # The repository's own settings may name plugins that are not here.
        measured = coverage.Coverage(data_file=None, config_file=False, source=["."])
        measured.start()
        return measured
    except Exception as error:
        print(f"coverage: {error}", file=sys.stderr)
        return None


def finish_coverage(measured):
    try:
        measured.stop()
        measured.json_report(outfile=os.path.join(reports, "coverage.json"), ignore_errors=True)
    except Exception as error:
        print(f"coverage: {error}", file=sys.stderr)


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
