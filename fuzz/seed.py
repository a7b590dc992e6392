#!/usr/bin/env python3
"""Fills corpus/TARGET/ from what the repository has: code of every language, rules, archives, and hostile shapes of each."""

import gzip
import hashlib
import io
import pathlib
import tarfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
ENGINE = ROOT / "shared/engine"
MAX_BYTES = 8_000

# As in fuzz_targets/analysis.rs, by place.
KINDS = [".py", ".js", ".ts", ".tsx", ".java", ".go", ".rb", ".php", ".cs", ".sh", "Dockerfile", ".yml", ".tf", ".env"]
FLOW = KINDS[:4]

HOSTILE = [
    "(" * 300, "[" * 300 + "]" * 300, "f(" * 150 + ")" * 150, "x = " + "not " * 200 + "y\n", "-" * 400 + "1", "a" + ".b()" * 300,
    "if a:\n" + "".join(" " * i + "if a:\n" for i in range(1, 60)), "x = a" + " + a" * 400, "'''" + "a\n" * 50, "`${" * 100,
    "x = '\\u{110000}\\ud800\\x'\n", "\ufeffx = 1\r\ry = 2\r\n", "\x00\x01\x02", "é = '\U0001f600'\n", "lambda: " * 200 + "0",
    "for a in a: pass\n" * 60, "def f(a): return f(f(a))\n" * 20, "class A(A): pass\n" * 20, "a = b = c = a\n" * 80, "{" * 300,
]


def write(target: str, draw: bytes) -> None:
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(draw).hexdigest()[:16]).write_bytes(draw)


def code():
    """Every file of code in the engine's cases, the sample and the examples of the rules, as (kind, text)."""
    for folder in (ENGINE / "src/flow/tests/cases", ROOT / "infra/sample", ENGINE / "src/prove"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in KINDS:
                yield path.suffix, path.read_text()
    for name, kinds in (("python", FLOW[:1]), ("javascript", FLOW[1:3])):
        for rule in tomllib.loads((ENGINE / f"rules/flow/{name}.toml").read_text())["rule"]:
            for text in rule["bad"] + rule["good"]:
                yield from ((kind, text) for kind in kinds)
    suffixes = {
        "python": ".py", "javascript": ".js", "java": ".java", "go": ".go", "ruby": ".rb", "php": ".php", "csharp": ".cs", "bash": ".sh",
        "dockerfile": "Dockerfile", "actions": ".yml", "terraform": ".tf",
    }
    for path in sorted((ENGINE / "rules").glob("*/*.yml")):
        for text in blocks(path.read_text()):
            yield suffixes[path.parent.name], text
    for text in HOSTILE:
        yield from ((kind, text) for kind in KINDS)


def variants(kind: str, text: str):
    """The same code in other clothes, where an edit of bytes may slip."""
    yield text.replace("\n", "\r\n")
    yield text.rstrip("\n")
    yield "\ufeff" + text
    yield "\n\n" + text.replace("    ", "\t").replace("  ", "\t")
    if kind == ".py":
        inside = "".join(f"        {line}\n" for line in text.splitlines())
        head = "#!/usr/bin/env python\n# \u00e9\n'''doc'''\nfrom __future__ import annotations\n"
        yield f"{head}class A:\n    def m(self, a=(lambda: 0)):\n{inside}        pass\n"
        yield text.replace("\n", "  # \u00fc\n") + "if True: x = 1; y = 2\n"
        yield f"try:\n{inside}except (A, B) as e: raise\nelse: pass\n"
    else:
        yield f"'use strict';\n// \u00e9\nclass A {{ async m() {{ {text} }} }}\n"
        yield text.replace(";\n", "; /* \U0001f600 */ ") + "\n"
        yield f"import os from 'os';\nexport default () => {{\n{text}}};\n"


def blocks(text: str):
    """The block scalars of a rule file's `examples`."""
    block: list[str] = []
    for line in text.partition("\nexamples:")[2].splitlines():
        if line.startswith("      "):
            block.append(line[6:])
        elif block:
            yield "\n".join(block) + "\n"
            block = []
    if block:
        yield "\n".join(block) + "\n"


def rules():
    for path in sorted((ENGINE / "rules").glob("*/*.yml")):
        text = path.read_text()
        if path.name != "sources.yml":
            yield 0, f"language: {path.parent.name}\n" + text.replace("\nid: ", "\nid: acme.").replace("id: ", "id: acme.", 1)
    flow = ENGINE / "rules/flow/python.toml"
    head, *tables = flow.read_text().split("\n[[")
    yield 1, 'language = "python"\n' + head
    for table in tables:
        text = "[[" + table
        yield 1, 'language = ["python", "javascript"]\n' + text.replace('id = "python.', 'id = "acme.')
    for sanitiser in ('match = ["acme.clean"]\nclasses = ["*"]', 'like = ["a", "e", "r"]\nclasses = ["*"]'):
        yield 1, f'language = ["python", "javascript"]\n[[sanitiser]]\n{sanitiser}\n'
    for text in HOSTILE:
        yield 0, text
        yield 1, text


def archive(members) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, body in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(body), "../../etc/passwd"
            tar.addfile(info, io.BytesIO(body))
    return out.getvalue()


def archives():
    file, link, hard, folder, fifo = (getattr(tarfile, n) for n in ("REGTYPE", "SYMTYPE", "LNKTYPE", "DIRTYPE", "FIFOTYPE"))
    yield archive([("top/", folder, b""), ("top/a.py", file, b"x = 1\n"), ("top/é/b.js", file, b"y\n" * 700)])
    yield archive([("../a", file, b"1"), ("/etc/b", file, b"2"), ("a/../../c", file, b"3"), ("a\\b", file, b"4"), ("con", file, b"")])
    yield archive([("a", link, b""), ("a/b", file, b"x"), ("b", hard, b""), ("c", fifo, b""), ("A", file, b"y"), ("a", file, b"z")])
    yield archive([("n" * 300, file, b"long"), ("d/" * 80 + "deep", file, b"deep"), ("e\u0301", file, b"1"), ("\u00e9", file, b"2")])
    for form in (tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as tar:
            info = tarfile.TarInfo("p" * 90 + "/" + "q" * 60)
            info.size = 3
            tar.addfile(info, io.BytesIO(b"abc"))
        yield out.getvalue()


for kind, text in code():
    draw = text.encode("utf-8", "surrogatepass")[:MAX_BYTES]
    write("analysis", bytes([KINDS.index(kind)]) + draw)
    if kind in FLOW:
        write("lowering", bytes([FLOW.index(kind)]) + draw)
        whole, arounds = (0, (1, 2, 3)) if kind == ".py" else (4, (5, 6, 7))
        for variant in (text, *variants(kind, text)):
            write("edits", bytes([whole]) + variant.encode("utf-8", "surrogatepass")[:MAX_BYTES])
        if len(draw) < 60:
            write("edits", bytes([arounds[len(draw) % 3]]) + draw.strip())
for form, text in rules():
    write("rules", bytes([form]) + text.encode()[:MAX_BYTES])
for bare in archives():
    write("archive", bare)
    write("archive", gzip.compress(bare, mtime=0))
    write("archive", gzip.compress(bare[:700], mtime=0) + gzip.compress(bare[700:], mtime=0))
    write("archive", bare[:-900])
