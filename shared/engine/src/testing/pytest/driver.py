# Runs pytest 7 or newer on the current folder.
sys.argv = ["pytest"]
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
