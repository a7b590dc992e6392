"""Files of notes, written and read for the user."""

import hashlib
import os
import subprocess


def write_export(folder, name, notes):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(notes) + "\n")
    return hashlib.sha1("\n".join(notes).encode()).hexdigest()


def read_export(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read().splitlines()


def count_lines(folder, name):
    found = subprocess.run(f"wc -l < {folder}/{name}", shell=True, capture_output=True, text=True, check=True)
    return int(found.stdout)
