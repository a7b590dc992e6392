# What Quartet's drivers for pytest and unittest begin with. They write one JSON object for each test, as it ends, into
# the folder in argv[1]. Needs Python 3.8 and, for coverage, coverage 6.
import sys

# The repository's files come first, but only once ours are in: it may have a `json.py` or a `coverage.py`.
sys.path[:] = [path for path in sys.path if path]

import json
import os

try:
    import coverage
except ImportError as error:
    coverage = None
    print(f"no coverage: {error}", file=sys.stderr)

reports = sys.argv[1]
out = open(os.path.join(reports, "tests.jsonl"), "w", encoding="utf-8", buffering=1)


def write(**line):
    out.write(json.dumps(line) + "\n")


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


