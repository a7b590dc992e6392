#!/usr/bin/env python3
"""What share of true findings is fixed, by weakness, and what bandit says of the lines that changed.

    cargo run --release -p quartet-engine --example fixes -- SRC OUT > results.json
    measure.py SRC OUT results.json TRUTH.jsonl [--bandit python3.12] [--misses]

SRC is the code, OUT what became of it. TRUTH names, a case a line, `file`, `cwe` (a list) and `vulnerable`; a case is a
whole file. A case counts as found when a finding of 0.5 or more in its file has its weakness, and as fixed when a fix that
climbed rungs 1 to 5 is of that weakness and no finding of it is left. Needs Python 3.11; bandit runs by the given Python.
"""

import argparse
import collections
import difflib
import json
import pathlib
import subprocess
import sys

# Numbers that label one weakness.
GROUPS = [{327, 328, 916}, {330, 338}, {614, 1004}, {79, 80}, {94, 95}, {91, 643}, {611, 776}, {78, 77}, {90, 91}]
# Bandit reports every import and every use of subprocess, however it is called: no fix can change that.
EVERY_USE = {"B404", "B603", "B607"}


def same(a, b):
    return a == b or any(a in g and b in g for g in GROUPS)


def number(cwe):
    return int(cwe.removeprefix("CWE-"))


def bandit(python, root):
    run = subprocess.run(
        [python, "-m", "bandit", "-q", "-r", str(root), "-f", "json"], capture_output=True, text=True, check=False
    )
    found = collections.defaultdict(list)
    for issue in json.loads(run.stdout)["results"]:
        if issue["test_id"] not in EVERY_USE:
            name = str(pathlib.Path(issue["filename"]).relative_to(root))
            found[name].append((issue["test_id"], issue["line_number"], issue["line_range"]))
    return found


def changed_lines(before, after):
    """Numbers, in `after`, of the lines that `before` does not have in that place."""
    match = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return {n + 1 for tag, _, _, a, b in match.get_opcodes() if tag != "equal" for n in range(a, b)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("src", "out", "results", "truth"):
        arguments.add_argument(name, type=pathlib.Path)
    arguments.add_argument("--bandit", metavar="PYTHON")
    arguments.add_argument("--misses", action="store_true")
    given = arguments.parse_args()

    results = json.loads(given.results.read_text())
    by_file = lambda rows: collections.defaultdict(list, {f: [r for r in rows if r["file_path"] == f] for f in {r["file_path"] for r in rows}})
    rules = {v["rule_id"]: number(v["cwe"]) for v in results["before"]}
    before = by_file([v for v in results["before"] if v["confidence_score"] >= 0.5])
    after = by_file([v for v in results["after"] if v["confidence_score"] >= 0.5])
    fixed = by_file(results["fixes"]["functions_fixed"])
    rejected = by_file(results["fixes"]["rejected"])

    table = collections.defaultdict(collections.Counter)
    for line in given.truth.read_text().splitlines():
        case = json.loads(line)
        if not case["vulnerable"]:
            continue
        label, name = case["cwe"][0], case["file"]
        row = table[label]
        row["cases"] += 1
        of_it = lambda rows, cwe: [r for r in rows[name] if any(same(cwe(r), c) for c in case["cwe"])]
        if not of_it(before, lambda v: number(v["cwe"])):
            continue
        row["found"] += 1
        done = of_it(fixed, lambda f: rules[f["rule_id"]])
        left = of_it(after, lambda v: number(v["cwe"]))
        if done and not left:
            row["fixed"] += 1
        elif given.misses:
            reasons = {r["reason"] for r in of_it(rejected, lambda r: rules[r["rule_id"]])}
            print(f"not fixed: CWE-{label} {name}: {sorted(reasons)}")

    print("| CWE | cases | found | fixed |\n| --- | --- | --- | --- |")
    total = collections.Counter()
    for label, row in sorted(table.items()):
        total += row
        print(f"| {label} | {row['cases']} | {row['found']} | {row['fixed']} |")
    print(f"| all | {total['cases']} | {total['found']} | {total['fixed']} ({total['fixed'] / max(total['found'], 1):.1%}) |")
    print(f"\nfixes: {len(results['fixes']['functions_fixed'])} in {results['fixes']['files_modified']} files")

    if given.bandit:
        old, new = bandit(given.bandit, given.src), bandit(given.bandit, given.out)
        flagged = appeared = 0
        for name in fixed:
            texts = [(root / name).read_text().splitlines() for root in (given.src, given.out)]
            touched = changed_lines(*texts)
            for test, line, around in new[name]:
                if line in touched or touched & set(around):
                    flagged += 1
                    print(f"bandit still flags a changed line: {test} {name}:{line}")
            counts = collections.Counter(t for t, _, _ in new[name]) - collections.Counter(t for t, _, _ in old[name])
            for test in counts:
                appeared += 1
                print(f"bandit newly flags: {test} {name}")
        issues = lambda found: sum(len(found[name]) for name in fixed)
        print(f"bandit: {issues(old)} issues in these files before, {issues(new)} after; {flagged} on changed lines, {appeared} new")
        if flagged or appeared:
            sys.exit(1)


if __name__ == "__main__":
    main()
