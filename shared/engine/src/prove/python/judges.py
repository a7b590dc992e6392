# Judges: whether what reached a sink is code or data.

SQL = re.compile(r"\b(select|insert|update|delete|replace|create|drop|alter|with|pragma)\b", re.I)
BROKEN_HASHES = {"md4", "md5", "sha1", "sha", "ripemd160", "md2"}
SHELLS = {"sh", "bash", "dash", "zsh", "cmd", "cmd.exe"}


def contains(value):
    if isinstance(value, (list, tuple, set)):
        return any(contains(one) for one in value)
    if isinstance(value, dict):
        return any(contains(one) for one in value.values())
    if isinstance(value, bytes):
        return MARK.encode() in value
    return isinstance(value, str) and MARK in value


def query(name, args, kwargs):
    text = args[0] if args else next(iter(kwargs.values()), "")
    is_query = isinstance(text, str) and SQL.search(text)
    if is_query and MARK in text:
        note("code", text)
    elif contains(args[1:]) or contains(list(kwargs.values())[0 if args else 1 :]):
        note("data", text)
    elif is_query:
        note("seen", text)


def bound(name, args, kwargs):
    if contains(kwargs):
        note("data", name)


def xpath(name, args, kwargs):
    text = args[0] if args else ""
    if isinstance(text, str) and MARK in text:
        note("code", text)
    elif contains(args[1:]) or contains(kwargs):
        note("data", text)
    elif isinstance(text, str):
        note("seen", text)


def directory_search(name, args, kwargs):
    texts = [one for one in (*args, *kwargs.values()) if isinstance(one, str) and "(" in one]
    for text in texts:
        if "*)(" + MARK in text:
            note("code", text)
        elif MARK in text:
            note("data", text)
        else:
            note("seen", text)


def written(name, args, kwargs):
    judge_html(args)


def cookie(name, args, kwargs):
    flag = "httponly" if SPEC["cwe"] == "CWE-1004" else "secure"
    note("data" if kwargs.get(flag) else "code", flag)


def fetched(name, args, kwargs):
    if name.partition(".")[0] in ("requests", "httpx", "aiohttp"):
        note("code" if kwargs.get("verify", kwargs.get("ssl")) is False else "data", name)


def redirected(location):
    if SPEC["weakness"] != "redirect":
        return
    text = str(location).strip().replace("\\", "/")
    if MARK not in text:
        note("seen", text)
        return
    parts = urllib.parse.urlsplit(text)
    note("code" if parts.netloc or parts.scheme else "data", text)


def opened(path):
    if SPEC["weakness"] == "path" and isinstance(path, (str, bytes, os.PathLike)):
        path = os.fsdecode(path)
        if MARK in path:
            note("path", os.path.abspath(path))


def is_shown(before, after):
    """Whether escaped text is shown where it stands: not in a script, and in a tag only within the quotes of an attribute
    that is neither run nor leads somewhere."""
    if re.search(r"<(script|style)\b(?!.*</\1\b)", before, re.I | re.S):
        return False
    tag = before[before.rfind("<"):] if "<" in before else ""
    tag = re.sub(r"""=\s*("[^"]*"|'[^']*')""", " ", tag)
    if not re.match("<[a-z]", tag, re.I):
        return True
    opened = re.search(r"""([^\s=]+)\s*=\s*(["'])(.*)$""", tag, re.S)
    end = tag.find(">")
    if opened is None or 0 <= end < opened.end(1):
        return end >= 0
    name, quote, start = opened.groups()
    leads = not start and re.fullmatch("href|src|action|formaction|data|xlink:href", name, re.I)
    runs = re.fullmatch("on.*|style|srcdoc", name, re.I) or leads
    return not runs and not (quote == '"' and after.startswith(' a="'))


def judge_html(value, kind="text/html"):
    """The texts of an answer, if it is not said to be something else than HTML."""
    if isinstance(value, Response):
        return judge_html(value.body, value.kind)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        kinds = [one for one in value if isinstance(one, str) and one.partition(";")[0] in ("application/json", "text/plain")]
        for one in value:
            judge_html(one, kinds[0] if kinds else kind)
    elif isinstance(value, str) and "html" in kind:
        escaped = list(re.finditer("(?:&lt;|&#60;|&#x3c;)" + MARK, value, re.I))
        shown = all(is_shown(value[:one.start()], value[one.end():]) for one in escaped)
        note("code" if "<" + MARK in value or not shown else "data" if escaped else "seen", value)


# They run what they are given as code, or as another program.
RUNNERS = SHELLS | {
    "eval", "exec", "source", ".", "su", "sudo", "env", "nohup", "time", "timeout", "nice", "xargs", "ssh", "find",
    "command", "powershell", "pwsh", "perl", "ruby", "node", "php", "awk", "docker", "ksh", "busybox",
}


def as_one_word(text, payload):
    """Whether a shell reads the whole payload as part of one word that a program is given."""
    # What is read by other rules than those of words and quotes: it is never taken for data.
    if any(sign in outside_single_quotes(text) for sign in ("<<", "`", "$(", "${", "$\0", "\\")):
        return False
    words = []
    for word in simple_words(text):
        if word is None:
            words = []
        elif payload not in word:
            words.append(word)
        else:
            names = [os.path.basename(one).rstrip("0123456789.") for one in words]
            runs = any(name in RUNNERS or name.startswith("python") for name in names) or "." in words
            is_set = all("=" in one for one in words)
            return bool(words) and not is_set and not runs
    return False


def outside_single_quotes(text):
    """The text with what stands in single quotes as one sign that no text holds."""
    quote, out = "", []
    for char in text:
        if char == quote:
            quote = ""
        elif quote == "'":
            continue
        elif not quote and char in "'\"":
            quote = char
            out.append("\0" if char == "'" else "")
        else:
            out.append(char)
    return "".join(out)


def simple_words(text):
    """Words, their quotes gone, and `None` where the next simple command begins; nothing from a comment on."""
    quote, word = "", None
    for char in text + "\n":
        if quote:
            if char == quote:
                quote = ""
            else:
                word += char
        elif char in "'\"":
            quote, word = char, word or ""
        elif char in " \t\n;|&()<>":
            if word is not None:
                yield word
            word = None
            if char in "\n;|&()":
                yield None
        elif char == "#" and word is None:
            return
        else:
            word = (word or "") + char


def shell(text):
    text = os.fsdecode(text) if isinstance(text, bytes) else str(text)
    if MARK not in text:
        note("seen", text)
    else:
        note("data" if as_one_word(text, Now.payload) else "code", text)


def started(command, use_shell):
    if isinstance(command, (str, bytes)):
        shell(command) if use_shell else note("data" if contains(command) else "seen", command)
        return
    words = [os.fsdecode(word) if isinstance(word, (bytes, os.PathLike)) else str(word) for word in command]
    if use_shell:
        shell(words[0] if words else "")
    elif words and os.path.basename(words[0]) in SHELLS and "-c" in words[:-1]:
        shell(words[words.index("-c") + 1])
    elif words and MARK in words[0]:
        note("code", words[0])
    else:
        note("data" if contains(words) else "seen", " ".join(words))


class Ended(Thing):
    """A process that ended well."""

    returncode = 0
    stdout = stderr = "7\n"

    def communicate(self, *_, **__):
        return "7\n", ""

    def wait(self, *_, **__):
        return 0

    def read(self, *_):
        return "7\n"
