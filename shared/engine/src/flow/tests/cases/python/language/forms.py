import functools
import os
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, abort, g, request

app = Flask(__name__)


def logged(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner


@app.post("/decorated")
@logged
def decorated():
    os.system(request.form["c"])  # CWE-78
    return "", 204


@app.post("/unpacked")
def unpacked():
    first, *rest = request.form["c"].split(",")
    os.system("run " + rest[0])  # CWE-78
    a, b = first, "fixed"
    os.system("run " + b)
    os.system("run " + a)  # CWE-78
    return "", 204


@app.post("/walrus")
def walrus():
    if (c := request.form.get("c")) is not None:
        os.system(c)  # CWE-78
    return "", 204


@app.post("/closure")
def closure():
    command = request.form["c"]

    def run():
        os.system(command)  # CWE-78
    run()
    return "", 204


@app.post("/comprehension")
def comprehension():
    for c in [x.strip() for x in request.form.getlist("c") if x]:
        os.system(c)  # CWE-78
    for n in [int(x) for x in request.form.getlist("c")]:
        os.system(f"seq {n}")
    return "", 204


@dataclass
class Job:
    command: str
    times: int = 1


@app.post("/dataclass")
def in_dataclass():
    job = Job(command=request.form["c"])
    os.system(job.command)  # CWE-78
    os.system(f"seq {job.times}")
    return "", 204


@app.post("/kwargs")
def in_kwargs():
    run_with(**{"command": request.form["c"], "user": "app"})
    return "", 204


def run_with(command, user):
    os.system(f"sudo -u {user} {command}")  # CWE-78


@app.post("/matched")
def matched():
    match request.get_json():
        case {"command": str(command)}:
            os.system(command)  # CWE-78
        case {"count": int(count)}:
            os.system(f"seq {count}")
        case _:
            abort(400)
    return "", 204


@app.before_request
def load_user():
    g.command = request.headers["X-Command"]


@app.post("/early")
def early():
    c = request.form["c"]
    if c != "start":
        return "", 400
    os.system(c)
    return "", 204


@app.post("/listed")
def listed():
    c = request.form["c"]
    allowed = ["start", "stop"]
    if c in allowed:
        os.system(c)
    else:
        os.system("log " + c)  # CWE-78
    return "", 204


@app.post("/asserted")
def asserted():
    c = request.form["c"]
    try:
        n = int(c)
    except ValueError:
        abort(400)
    os.system("seq " + str(n))
    return "", 204


@contextmanager
def opened(name):
    yield name


@app.post("/managed")
def managed():
    with opened(request.form["c"]) as c:
        os.system(c)  # CWE-78
    return "", 204


def pieces(text):
    for piece in text.split(","):
        yield piece


@app.post("/generated")
def generated():
    for c in pieces(request.form["c"]):
        os.system(c)  # CWE-78
    return "", 204


class Base:
    def run(self):
        os.system(self.command())  # CWE-78


class Chosen(Base):
    def __init__(self, text):
        self.text = text

    def command(self):
        return "ls " + self.text


@app.post("/templated")
def templated():
    Chosen(request.form["c"]).run()
    return "", 204


@app.post("/property")
def by_property():
    os.system(Wrapped(request.form["c"]).command)  # CWE-78
    return "", 204


class Wrapped:
    def __init__(self, text):
        self._text = text

    @property
    def command(self):
        return "ls " + self._text

    @staticmethod
    def run(command):
        os.system(command)  # CWE-78

    @classmethod
    def of(cls, text):
        return cls(text)


@app.post("/static")
def static():
    Wrapped.run(request.form["c"])
    os.system(Wrapped.of(request.form["c"])._text)  # CWE-78
    return "", 204
