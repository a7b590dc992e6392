"""Turns the local paths of a SAM template into uploaded artifacts, as `sam package` does.

A zip depends on the binary's bytes alone (fixed date, fixed mode), so the same binary is the same artifact. It is kept
under what its file system says of the binary, so that a binary is read and compressed once. What a binary carries for
debuggers is left out: of a debug build that is three quarters, and ten functions would be half a gigabyte in the local
AWS's memory.
"""

import hashlib
import io
import os
import struct
import zipfile
from contextlib import suppress

FIXED_DATE = (1980, 1, 1, 0, 0, 0)
EXECUTABLE = 0o755 << 16


class Unpackable(Exception):
    """The template names something that is not there."""


def package(template, root, binaries, cache, upload):
    """Rewrites `template` in place. `upload(data, extension)` stores bytes and answers their {Bucket, Key}."""
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            binary = os.path.join(binaries, binary_name(name, resource))
            properties["CodeUri"] = upload(zipped(name, binary, cache), ".zip")
        elif isinstance(properties.get("DefinitionUri"), str):
            path = os.path.join(root, properties["DefinitionUri"])
            properties["DefinitionUri"] = upload(read(name, path), os.path.splitext(path)[1])


def binary_name(name, resource):
    try:
        return resource["Metadata"]["BuildProperties"]["Binary"]
    except KeyError:
        raise Unpackable("%s: Metadata.BuildProperties.Binary does not name its binary" % name) from None


def read(name, path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Unpackable("%s: %s: %s" % (name, path, error.strerror)) from None


def loadable(data):
    """The part of an ELF executable that is loaded: all segments, without the sections and symbols that follow them."""
    if data[:6] != b"\x7fELF\x02\x01":
        return data
    table, size, count = struct.unpack_from("<Q", data, 32) + struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQ", data, table + size * index) for index in range(count)]
    end = max(offset + length for _, _, offset, _, _, length in segments)
    head = bytearray(data[:64])
    struct.pack_into("<Q", head, 40, 0)  # Where the section headers are: there are none,
    struct.pack_into("<HH", head, 60, 0, 0)  # none, and none of them holds names.
    return bytes(head) + data[64:end]


def zipped(name, binary, cache):
    kept = os.path.join(cache, identity(name, binary) + ".zip")
    with suppress(FileNotFoundError), open(kept, "rb") as file:
        os.utime(kept)  # `forget_old` keeps what was used last.
        return file.read()
    data = loadable(read(name, binary))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        entry = zipfile.ZipInfo("bootstrap", FIXED_DATE)
        entry.external_attr = EXECUTABLE
        entry.compress_type = zipfile.ZIP_DEFLATED
        file.writestr(entry, data)
    os.makedirs(cache, exist_ok=True)
    unfinished = "%s.%d" % (kept, os.getpid())
    with open(unfinished, "wb") as file:
        file.write(archive.getvalue())
    os.replace(unfinished, kept)
    return archive.getvalue()


def identity(name, path):
    """What a build changes of a file: it writes a new one, at a new time."""
    try:
        seen = os.stat(path)
    except OSError as error:
        raise Unpackable("%s: %s: %s" % (name, path, error.strerror)) from None
    told = (os.path.realpath(path), seen.st_ino, seen.st_size, seen.st_mtime_ns)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def forget_old(cache, keep=30):
    """Keeps the newest archives only; a debug build leaves some 10 MB for each version of each function.

    Deployments share the cache and run side by side: what another has removed is no fault.
    """
    archives = []
    with suppress(FileNotFoundError), os.scandir(cache) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                archives.append((entry.stat().st_mtime, entry.path))
    for _, path in sorted(archives, reverse=True)[keep:]:
        with suppress(FileNotFoundError):
            os.remove(path)
