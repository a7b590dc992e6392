# Runs pytest on the current folder and writes one JSON object for each test, as it ends, into the folder in argv[1].
# Needs Python 3.8, pytest 7 and, for coverage, coverage 6.
import sys

# The repository's files come first, but only once ours are in: it may have a `json.py` or a `coverage.py`.
sys.path[:] = [path for path in sys.path if path]

import json
import os

reports = sys.argv[1]
sys.argv = ["pytest"]
out = open(os.path.join(reports, "tests.jsonl"), "w", encoding="utf-8", buffering=1)


def write(**line):
    out.write(json.dumps(line) + "\n")


try:
    import coverage
except ImportError as error:
    coverage = None
    print(f"no coverage: {error}", file=sys.stderr)
try:
    import pytest
except ImportError as error:
    write(missing=f"this Python has no pytest: {error}")
    sys.exit(0)
sys.path.insert(0, os.getcwd())


def text(report):
    try:
        return report.longreprtext
    except Exception:
        return str(report.longrepr)


class Reporter:
    def pytest_runtest_logreport(self, report):
        message = None
        if report.outcome == "failed":
            status = "failed" if report.when == "call" else "error"
            message = text(report)
        elif report.outcome == "skipped":
            status = "skipped"
            longrepr = report.longrepr
            message = getattr(report, "wasxfail", None) or (longrepr[2] if isinstance(longrepr, tuple) else None)
        elif report.when == "call":
            status = "passed"
        else:
            return
        file, _, name = report.nodeid.partition("::")
        name = name.replace("::", ".")
        write(file=file, function=name.partition("[")[0], name=name, status=status, seconds=report.duration, message=message)

    def pytest_collectreport(self, report):
        if report.failed:
            file = report.nodeid.partition("::")[0]
            write(file=file, function="", name="(collection)", status="error", seconds=0.0, message=text(report))


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


USAGE_ERROR = 4
# A repository without settings for pytest: it must not look for them in the folders above.
with open(os.path.join("..", "pytest.ini"), "w") as settings:
    settings.write("[pytest]\n")
arguments = ["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors", "--color=no", "--maxfail=0", "--rootdir=."]
measured = start_coverage()
try:
    code = pytest.main(list(arguments), plugins=[Reporter()])
    if code == USAGE_ERROR:
        # Most often options for plugins that are not here; without the repository's options more may run.
        code = pytest.main(arguments + ["-o", "addopts="], plugins=[Reporter()])
finally:
    if measured:
        finish_coverage(measured)
# Interrupted, internal error and usage error are no ends; no tests is one.
if code in (0, 1, 5):
    write(end=True)
sys.exit(int(code))
