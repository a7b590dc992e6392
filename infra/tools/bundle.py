"""Makes the tools of the test stage: a Python with pytest and coverage, and Node.js, as one folder to mount at /opt.

usage: bundle.py FOLDER

`sam build` runs it for the layer TestTools, with the folder that becomes the layer. It takes along the Python that it runs
under: interpreter, standard library and the shared libraries that the place of its use has not. That Python must be able to
run there, which is checked, not hoped for: one that needs a newer glibc than Amazon Linux 2023 has is left out and the
build says so (a Python from `uv python install`, from Amazon Linux itself or from any system as old fits; name it in
QUARTET_PYTHON). What is left out is `skipped` in the results of a run, never `passed`. Build on the architecture it is for.
Needs pip, ldd and a package index; no packages.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
# Of Amazon Linux 2023.
NEWEST_GLIBC = (2, 34)
# A layer and its function together, unpacked; the function has some 30.
MOST_BYTES = 220 * 1024 * 1024
# glibc, and the C++ runtime that the package manager of Amazon Linux 2023 is linked with.
SYSTEM = re.compile(r"^(ld-linux.*|linux-vdso|lib(c|m|dl|rt|pthread|util|resolv|nsl|stdc\+\+|gcc_s))\.so")
UNUSED = (
    "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "__pycache__", "site-packages",
    "dist-packages", "config-*", "*.a", "_tkinter*", "_crypt*", "libpython*",
)
GLIBC = re.compile(rb"GLIBC_(\d+)\.(\d+)")


class LeftOut(Exception):
    """Why a tool is not in the bundle."""


def main(folder):
    home = os.path.join(folder, "quartet")
    for name, bring in (("Python", bring_python), ("Node.js", bring_node)):
        try:
            with tempfile.TemporaryDirectory() as work:
                made = os.path.join(work, "quartet")
                said = bring(made)
                shutil.copytree(made, home, dirs_exist_ok=True, symlinks=True)
            print("%s: %s" % (name, said))
        except LeftOut as why:
            print("%s is LEFT OUT: %s" % (name, why), file=sys.stderr)
    os.makedirs(home, exist_ok=True)
    total = size(home)
    print("%.0f MB" % (total / 1e6))
    if total > MOST_BYTES:
        sys.exit("the bundle is larger than a layer may be")


def bring_python(home):
    program = os.path.join(home, "bin", "python3")
    library = sysconfig.get_path("stdlib")
    inside = os.path.join(home, os.path.relpath(library, sys.base_prefix))
    os.makedirs(os.path.dirname(program))
    shutil.copy2(os.path.realpath(sys.executable), program)
    shutil.copytree(library, inside, ignore=shutil.ignore_patterns(*UNUSED), ignore_dangling_symlinks=True)
    # Beside the standard library, because systems differ in where they look for packages.
    install(os.path.join(HERE, "requirements.txt"), inside)
    bring_libraries(home)
    return check(program, ["-I", "-c", "import ctypes, hashlib, pytest, coverage, sqlite3, ssl, sys; print(sys.version.split()[0], pytest.__version__)"])


def bring_node(home):
    program = os.path.join(home, "bin", "node")
    os.makedirs(os.path.dirname(program))
    with tempfile.TemporaryDirectory() as wheel:
        install(os.path.join(HERE, "node-requirements.txt"), wheel)
        found = [os.path.join(path, "node") for path, _, names in os.walk(wheel) if "node" in names and path.endswith("bin")]
        programs = [path for path in found if is_elf(path)]
        if not programs:
            raise LeftOut("the wheel has no node")
        shutil.copy2(programs[0], program)
    os.chmod(program, 0o755)
    bring_libraries(home)
    return check(program, ["--version"])


def install(requirements, target):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    done = subprocess.run([*pip, "--only-binary=:all:", "--target", target, "--requirement", requirements], capture_output=True, text=True)
    if done.returncode != 0:
        last = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["no reason given"]
        raise LeftOut("pip cannot install %s: %s" % (os.path.basename(requirements), last[-1]))
    # Programs of the packages: nothing calls them, and they name this machine's Python.
    shutil.rmtree(os.path.join(target, "bin"), ignore_errors=True)


def bring_libraries(home):
    """Copies what the binaries of the bundle load and glibc does not bring, and refuses what is too new."""
    target = os.path.join(home, "lib", "bundled")
    os.makedirs(target, exist_ok=True)
    binaries = [os.path.join(path, name) for path, _, names in os.walk(home) for name in names]
    for binary in filter(is_elf, binaries):
        for name, path in libraries(binary):
            if not SYSTEM.match(name) and not os.path.exists(os.path.join(target, name)):
                shutil.copy2(os.path.realpath(path), os.path.join(target, name))
    for path, _, names in os.walk(home):
        for binary in filter(is_elf, (os.path.join(path, name) for name in names)):
            wanted = newest_glibc(binary)
            if wanted > NEWEST_GLIBC:
                raise LeftOut("%s needs glibc %d.%d, and there is %d.%d" % (os.path.relpath(binary, home), *wanted, *NEWEST_GLIBC))


def libraries(binary):
    listed = subprocess.run(["ldd", binary], capture_output=True, text=True).stdout
    for line in listed.splitlines():
        name, arrow, rest = line.strip().partition(" => ")
        path = rest.split(" (")[0]
        if arrow and os.path.isfile(path):
            yield os.path.basename(name), path


def is_elf(path):
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def newest_glibc(path):
    with open(path, "rb") as file:
        return max((tuple(map(int, version)) for version in GLIBC.findall(file.read())), default=(0, 0))


def check(program, arguments):
    """Runs it as the sandbox will: from another place, with an empty environment."""
    home = os.path.dirname(os.path.dirname(program))
    environment = {"LD_LIBRARY_PATH": os.path.join(home, "lib", "bundled"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment, cwd="/")
    if done.returncode != 0:
        last = done.stderr.strip().splitlines() or ["it says nothing"]
        raise LeftOut("it does not run: %s" % last[-1])
    return done.stdout.strip()


def size(folder):
    return sum(os.lstat(os.path.join(path, name)).st_size for path, _, names in os.walk(folder) for name in names)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
