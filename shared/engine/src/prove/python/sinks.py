# The sinks of the weakness: each is replaced by a recorder that asks a judge.
import builtins
import functools
import io


def replace(module, names, recorder):
    """`recorder(real, name)` answers what stands in its place."""
    if isinstance(module, str):
        try:
            module = importlib.import_module(module)
        except ImportError:
            return
    for name in names:
        real = getattr(module, name, None)
        if callable(real):
            setattr(module, name, functools.wraps(real)(recorder(real, name)) if not isinstance(real, type) else recorder(real, name))


def commands():
    def run(real, name):
        def recorder(*args, **kwargs):
            command = args[0] if args else kwargs.get("args", kwargs.get("cmd", ""))
            in_shell = kwargs.get("shell", False) or name in ("system", "popen", "getoutput", "getstatusoutput")
            started(command, in_shell)
            plain = {"system": 0, "call": 0, "check_call": 0, "check_output": "7\n", "getoutput": "7"}
            return (0, "7") if name == "getstatusoutput" else plain.get(name, Ended(name))

        return recorder

    def run_async(real, name):
        async def recorder(*args, **kwargs):
            shell(args[0]) if name.endswith("shell") else started(list(args), False)
            return Ended(name)

        return recorder

    replace("os", ("system", "popen"), run)
    names = ("run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput")
    replace("subprocess", names, run)
    replace("asyncio", ("create_subprocess_shell", "create_subprocess_exec"), run_async)


def one_line(mode):
    return io.BytesIO(b"7\n") if "b" in str(mode) else io.StringIO("7\n")


def paths():
    def open_file(real, name):
        def recorder(file, mode="r", *args, **kwargs):
            if line_in_target() is None or not contains(file if isinstance(file, (str, bytes)) else str(file)):
                return real(file, mode, *args, **kwargs)
            opened(file)
            return one_line(mode)

        return recorder

    def change(real, name):
        def recorder(*args, **kwargs):
            if line_in_target() is None or not contains([str(one) for one in args]):
                return real(*args, **kwargs)
            for one in args:
                opened(one)
            return [] if name in ("listdir", "scandir") else 7 if name == "open" else None

        return recorder

    replace(builtins, ("open",), open_file)
    replace(io, ("open",), open_file)
    names = ("remove", "unlink", "rename", "replace", "mkdir", "makedirs", "rmdir", "listdir", "scandir", "open")
    replace(os, names, change)
    replace("shutil", ("rmtree", "copy", "copy2", "copyfile", "move"), change)


def soften():
    """A file that the target reads and that is not there has one line."""

    def open_file(real, name):
        def recorder(file, mode="r", *args, **kwargs):
            try:
                return real(file, mode, *args, **kwargs)
            except OSError:
                if line_in_target() is None:
                    raise
                return one_line(mode)

        return recorder

    replace(builtins, ("open",), open_file)
    replace(io, ("open",), open_file)


def documents():
    def load(real, name):
        def recorder(stream, Loader=None, *_, **keywords):
            text = stream.read() if hasattr(stream, "read") else stream
            loader = getattr(Loader, "__name__", getattr(Loader, "_name", str(Loader)))
            safe = "safe" in name or loader.rpartition(".")[2] in ("SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader")
            if contains(text):
                note("data" if safe else "code", loader)
            else:
                note("seen", loader)
            return {}

        return recorder

    names = ("load", "load_all", "full_load", "full_load_all", "unsafe_load", "unsafe_load_all", "safe_load", "safe_load_all")
    if not has("yaml"):
        stand_in("yaml", **{name: (lambda *_, **__: {}) for name in names})
    replace("yaml", names, load)


def hashes():
    def digest(real, name):
        def recorder(*args, **kwargs):
            used = str(args[0]).lower() if name == "new" and args else name
            harmless = kwargs.get("usedforsecurity") is False
            note("code" if used.replace("-", "") in BROKEN_HASHES and not harmless else "data", used)
            return real(*args, **kwargs)

        return recorder

    replace("hashlib", ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s", "new"), digest)


def kind_of_hash(name, args, kwargs):
    """`Crypto.Hash.MD5.new()`, where the package is a thing."""
    used = name.lower().split(".")
    if "hash" in used:
        note("code" if BROKEN_HASHES & set(used) else "data", name)


def noting(kind):
    """A sink that is weak, or not, by its name alone."""

    def noted(real, name):
        def recorder(*args, **kwargs):
            note(kind, name)
            return real(*args, **kwargs)

        return recorder

    return noted


def randoms():
    weak = ("random", "randint", "randrange", "choice", "choices", "sample", "shuffle", "uniform", "getrandbits", "randbytes", "Random")
    replace("random", weak, noting("code"))
    replace("random", ("SystemRandom",), noting("data"))
    replace("secrets", ("token_bytes", "token_hex", "token_urlsafe", "choice", "randbelow", "randbits", "SystemRandom"), noting("data"))
    replace("os", ("urandom",), noting("data"))


def temporaries():
    replace("tempfile", ("mktemp",), noting("code"))
    replace("tempfile", ("mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile", "TemporaryDirectory"), noting("data"))


def evaluations():
    def evaluate(real, name):
        def recorder(source, *args, **kwargs):
            if isinstance(source, str) and MARK in source:
                note("code", source)
                return Thing(name)
            return real(source, *args, **kwargs)

        return recorder

    def literal(real, name):
        def recorder(source):
            note("data" if contains(source) else "seen", source)
            return real(source)

        return recorder

    replace(builtins, ("eval", "exec"), evaluate)
    replace("ast", ("literal_eval",), literal)


def databases():
    replace("sqlite3", ("connect",), lambda real, name: lambda *_, **__: Thing("connection"))
    for name in ("psycopg2", "psycopg", "pymysql", "MySQLdb", "mysql.connector", "sqlalchemy", "asyncpg", "aiosqlite"):
        stand_in(name)


def trees():
    replace("xml.etree.ElementTree", ("parse", "fromstring", "XML"), lambda real, name: lambda *_, **__: Thing("tree"))
    stand_in("lxml.etree")


def clients():
    for name in ("requests", "httpx"):
        stand_in(name)


# By weakness: what is replaced, the methods of things that are sinks, and the payloads. Of a sink that is weak whatever
# it is given, there is none.
QUERIES = dict.fromkeys((
    "execute", "executemany", "executescript", "raw", "exec_driver_sql", "query", "text", "read_sql", "read_sql_query",
    "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "RawSQL",
), query)
WEAKNESSES = {
    "sql": (databases, {**QUERIES, "bindparams": bound}, ["zq7' OR '1'='1"], "7"),
    "command": (commands, {}, ["zq7\"; $(echo zq7) '"], "7"),
    "path": (paths, {}, ["../../zq7.txt", "/zq7/zq7.txt"], "zq7.txt"),
    "yaml": (documents, {}, ["!!python/object/apply:os.getcwd [zq7]"], "zq7: 1"),
    "html": (lambda: None, dict.fromkeys(("write", "send", "html"), written), ["<zq7 a=\"b\">"], "zq7"),
    "redirect": (lambda: None, {"redirect": lambda name, args, kwargs: redirected(*args[:1])}, ["https://zq7.example/", "//zq7.example/"], "/zq7"),
    "hash": (hashes, {"new": kind_of_hash}, [], "7"),
    "random": (randoms, {}, [], "7"),
    "temporary": (temporaries, {}, [], "7"),
    "xpath": (trees, dict.fromkeys(("xpath", "find", "findall", "findtext", "iterfind", "XPath"), xpath), ["zq7'] | //*['"], "zq7"),
    "ldap": (lambda: None, dict.fromkeys(("search", "search_s", "search_st", "search_ext", "search_ext_s"), directory_search), ["*)(zq7"], "zq7"),
    "eval": (evaluations, {}, ["__import__('zq7')"], "7"),
    "template": (lambda: None, {}, ["{{zq7}}"], "zq7"),
    "tls": (clients, dict.fromkeys(("get", "post", "put", "patch", "delete", "head", "request", "Client", "AsyncClient"), fetched), [], "7"),
    "cookie": (lambda: None, {"set_cookie": cookie}, [], "7"),
}
INSTALL, THING_SINKS, HOSTILE, PLAIN = WEAKNESSES[SPEC["weakness"]]
THING_SINKS = {"set_cookie": lambda *_: None, **THING_SINKS}
