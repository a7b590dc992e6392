"""Fails when a function needs a newer glibc than the place it runs at has.

usage: glibc.py NEWEST TEMPLATE BINARIES    (as: glibc.py 2.34 template.yaml target/debug)

Reads the names in each binary's dynamic string table (ELF, 64 bit, little endian), where the linker writes the versions
that the binary wants from its libraries. Needs no binutils and no packages.
"""

import os
import re
import struct
import sys

SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")
BINARY = re.compile(r"\bBinary:\s*([\w.-]+)")


def main(newest, template, folder):
    with open(template, encoding="utf-8") as file:
        names = sorted(set(BINARY.findall(file.read())))
    if not names:
        sys.exit("%s names no binary" % template)
    bad = 0
    for name in names:
        wanted = max(versions(os.path.join(folder, name)), default=(0,))
        text = ".".join(map(str, wanted))
        print("%s: GLIBC_%s" % (name, text))
        if wanted > tuple(map(int, newest.split("."))):
            print("%s needs glibc %s, but only %s is there at run time" % (name, text, newest), file=sys.stderr)
            bad += 1
    sys.exit(1 if bad else 0)


def versions(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:6] != b"\x7fELF\x02\x01":
        sys.exit("%s is no 64 bit little endian ELF file" % path)
    table, size, count, names_at = struct.unpack_from("<Q", data, 40) + struct.unpack_from("<HHH", data, 58)
    headers = [SECTION_HEADER.unpack_from(data, table + size * index) for index in range(count)]
    names = headers[names_at][4]
    for header in headers:
        start = names + header[0]
        if data[start : data.index(b"\0", start)] == b".dynstr":
            strings = data[header[4] : header[4] + header[5]]
            for version in re.findall(rb"\0GLIBC_([0-9.]+)(?=\0)", strings):
                yield tuple(map(int, version.split(b".")))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
