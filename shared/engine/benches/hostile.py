"""What `quartet-scan` costs on each file of a folder: processor seconds (user and system) and the peak of memory.

    python3 benches/hostile.py SCANNER FOLDER [SECONDS MEGABYTES]

A process of its own reads each file, twice, and the cheaper run counts, so that neither another file nor the start of
the machine's caches is in the number. The table is sorted, dearest first, and ends with what is above the two limits;
the exit code is then 1. `cargo run -p quartet-engine --example hostile -- FOLDER [BYTES]` writes the hostile files. Measure
those of 240,000 bytes too: they are as dense as a file may be before it is left out.
"""

import os
import subprocess
import sys

RUNS = 2


def cost(scanner, path):
    """Processor seconds and peak megabytes of one run."""
    run = subprocess.Popen([scanner, "--json", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode != 0:
        sys.exit(f"{path}: {scanner} ended with {run.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(scanner, folder, seconds=0.5, megabytes=128):
    seconds, megabytes = float(seconds), float(megabytes)
    rows = []
    for name in sorted(os.listdir(folder)):
        runs = [cost(scanner, os.path.join(folder, name)) for _ in range(RUNS)]
        rows.append((min(run[0] for run in runs), min(run[1] for run in runs), name))
    rows.sort(reverse=True)
    print(f"{'CPU s':>6} {'MB':>6}  file")
    for spent, peak, name in rows:
        print(f"{spent:6.2f} {peak:6.0f}  {name}")
    slow = [name for spent, _, name in rows if spent > seconds]
    large = [name for _, peak, name in rows if peak > megabytes]
    print(f"{len(rows)} files; {len(slow)} above {seconds:g} s: {' '.join(slow)}")
    print(f"{len(large)} above {megabytes:g} MB: {' '.join(large)}")
    return 1 if slow or large else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 5):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
