# STAND-INS for web frameworks and a few small libraries, for this test alone.
import html
import json
import re
import urllib.parse


class Given(dict):
    """What a client sent: every key has the payload."""

    def __missing__(self, key):
        return Now.payload

    def get(self, key, default=None, type=None):
        return Now.payload if type is None else type(Now.payload)

    def getlist(self, key):
        return [Now.payload]

    def get_all(self, key):
        return [Now.payload]

    def pop(self, key, *default):
        return Now.payload

    def __contains__(self, key):
        return True

    def __bool__(self):
        return True

    def items(self):
        return [("name", Now.payload)]

    def values(self):
        return [Now.payload]

    def keys(self):
        return ["name"]

    def __iter__(self):
        return iter(["name"])

    def to_dict(self, *_):
        return self


class Request:
    """A request of any framework: everything that a client chooses is the payload."""

    args = form = values = cookies = headers = files = GET = POST = COOKIES = META = query_params = Given()
    path_params = match_info = query = rel_url = json = view_args = Given()
    user = app = session = Thing("request")
    is_json = True

    @property
    def method(self):
        return Now.method

    @property
    def data(self):
        return Now.payload.encode()

    def get_json(self, *_, **__):
        return Given()

    def get_data(self, *_, **keywords):
        return Now.payload if keywords.get("as_text") else Now.payload.encode()

    def get(self, key, default=None):
        return Now.payload

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Now.payload


class Response:
    """What a handler answers."""

    def __init__(self, body="", *args, **keywords):
        body = keywords.get("content", keywords.get("response", body))
        self.body = body
        kind = keywords.get("mimetype") or keywords.get("content_type") or keywords.get("media_type")
        self.kind = kind if isinstance(kind, str) else "text/html"
        self.headers = {}
        self.status_code = 200

    def set_cookie(self, *args, **keywords):
        THING_SINKS["set_cookie"]("response.set_cookie", args, keywords)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Thing("response." + name)


class Refusal(Exception):
    """`abort` and its like."""

    def __init__(self, *_, **__):
        super().__init__("refused")


class App(Thing):
    pass


def plain(body="", *_, **keywords):
    return Response(keywords.get("content", body), mimetype="application/json")


def redirect(location="", *_, **keywords):
    location = keywords.get("url", keywords.get("redirect_to", location))
    redirected(location)
    return Response("", mimetype="text/plain")


def rendered(_, *args, **context):
    """A template escapes what it is given."""
    for given in args:
        context.update(given if isinstance(given, dict) else {})
    return "<p>" + html.escape(" ".join(str(value) for value in context.values())) + "</p>"


def rendered_text(source="", **context):
    note("code" if MARK in source else "data" if MARK in str(context) else "seen", source)
    return source + html.escape(" ".join(str(value) for value in context.values()))


def abort(*_, **__):
    raise Refusal()


def safe_join(folder, *parts):
    path = os.path.normpath(os.path.join(folder, *parts))
    inside = path.startswith(os.path.normpath(folder) + os.sep)
    return path if inside else None


def secure_filename(name):
    return re.sub(r"[^A-Za-z0-9_.-]", "_", os.path.basename(name)).strip("._")


def send_from_directory(folder, name, *_, **__):
    path = safe_join(str(folder), str(name))
    if path is None:
        raise Refusal()
    opened(path)
    return Response("", mimetype="text/plain")


def send_file(path, *_, **__):
    opened(path)
    return Response("", mimetype="text/plain")


def allowed_address(url, *_, **__):
    parts = urllib.parse.urlsplit(str(url).replace("\\", "/"))
    return not parts.netloc and not parts.scheme


class Markup(str):
    def __new__(cls, text=""):
        return super().__new__(cls, text)

    def format(self, *args, **keywords):
        escaped = {key: html.escape(str(value)) for key, value in keywords.items()}
        return Markup(str(self).format(*(html.escape(str(value)) for value in args), **escaped))

    escape = classmethod(lambda cls, text: cls(html.escape(str(text))))


def escape(text):
    return Markup(html.escape(str(text)))


def format_html(form, *args, **keywords):
    return Markup(form).format(*args, **keywords)


LDAP_SPECIAL = {"\\": r"\5c", "*": r"\2a", "(": r"\28", ")": r"\29", "\0": r"\00"}


def escape_filter(text, *_):
    return "".join(LDAP_SPECIAL.get(letter, letter) for letter in str(text))


def default_of(default=None, *_, **__):
    return default


def install_frameworks():
    request = Request()
    stand_in("markupsafe", escape=escape, Markup=Markup)
    stand_in(
        "flask", Flask=App, Blueprint=App, request=request, Response=Response, make_response=Response, redirect=redirect,
        jsonify=plain, abort=abort, escape=escape, Markup=Markup, render_template=rendered,
        render_template_string=rendered_text, send_file=send_file, send_from_directory=send_from_directory,
        safe_join=safe_join, url_for=lambda *_, **__: "/url", session=Given(), Request=Request,
    )
    stand_in("werkzeug.utils", secure_filename=secure_filename, safe_join=safe_join, redirect=redirect)
    stand_in("werkzeug.security", safe_join=safe_join)
    answers = dict(
        HttpResponse=Response, JsonResponse=plain, HttpResponseRedirect=redirect, HttpResponsePermanentRedirect=redirect,
        HttpResponseBadRequest=Response, HttpResponseForbidden=Response, HttpResponseNotFound=Response, Http404=Refusal,
        FileResponse=send_file, HttpRequest=Request,
    )
    stand_in("django.http", **answers)
    stand_in("django.shortcuts", redirect=redirect, HttpResponse=Response, render=lambda _, *rest: rendered(*rest))
    stand_in("django.utils.html", escape=escape, format_html=format_html, conditional_escape=escape)
    stand_in("django.utils.safestring", mark_safe=Markup, SafeString=Markup)
    stand_in("django.utils.http", url_has_allowed_host_and_scheme=allowed_address, is_safe_url=allowed_address)
    answers = dict(
        HTMLResponse=Response, Response=Response, PlainTextResponse=plain, JSONResponse=plain, FileResponse=send_file,
        RedirectResponse=redirect,
    )
    for name in ("fastapi.responses", "starlette.responses"):
        stand_in(name, **answers)
    sys.modules["fastapi"].__dict__.update(
        FastAPI=App, APIRouter=App, Request=Request, Response=Response, HTTPException=Refusal,
        **{name: default_of for name in ("Query", "Path", "Form", "Body", "Header", "Cookie", "Depends")},
    )
    for name in ("ldap3.utils.conv", "ldap.filter"):
        stand_in(name, escape_filter_chars=escape_filter)
