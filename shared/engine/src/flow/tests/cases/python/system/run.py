import importlib
import os
import pickle
import re
import shlex
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import yaml
from flask import Flask, request

app = Flask(__name__)
ACTIONS = {"start": "systemctl start app", "stop": "systemctl stop app"}


@app.post("/run")
def run():
    name = request.form["name"]
    os.system("ls " + name)  # CWE-78
    os.system("ls " + shlex.quote(name))
    os.popen("ls %s" % name)  # CWE-78
    subprocess.run("ls " + name, shell=True)  # CWE-78
    subprocess.run(["ls", name])
    subprocess.run(["sh", "-c", "ls " + name])  # CWE-78
    subprocess.Popen(name.split())  # CWE-78
    subprocess.call(args="ls " + name, shell=True)  # CWE-78
    subprocess.run(ACTIONS[name], shell=True)
    subprocess.run(ACTIONS.get(name, "true"), shell=True)
    if re.fullmatch(r"[a-z0-9]+", name):
        os.system("ls " + name)
    if not name.isalnum():
        return "", 400
    os.system("ls " + name)
    return "", 204


@app.post("/code")
def code():
    source = request.form["source"]
    eval(source)  # CWE-94
    exec(compile(source, "x", "exec"))  # CWE-94
    importlib.import_module(source)  # CWE-470
    getattr(sys, source)  # CWE-470
    return "", 204


@app.post("/load")
def load():
    pickle.loads(request.data)  # CWE-502
    yaml.load(request.data, Loader=yaml.Loader)  # CWE-502
    yaml.load(request.data, Loader=yaml.SafeLoader)
    yaml.safe_load(request.data)
    return "", 204


@app.get("/file")
def file():
    name = request.args["name"]
    open("/srv/" + name)  # CWE-22
    open(os.path.join("/srv", os.path.basename(name)))
    Path("/srv", name).read_text()  # CWE-22
    (Path("/srv") / name).unlink()  # CWE-22
    os.remove(f"/srv/{name}")  # CWE-22
    open(f"/srv/{int(name)}.txt")
    if ".." in name or name.startswith("/"):
        return "", 400
    open("/srv/" + name)
    return "", 204


@app.get("/archive")
def archive():
    with tarfile.open("/srv/a.tar") as tar:
        tar.extractall("/srv/a")  # CWE-22
    with tarfile.open("/srv/a.tar") as tar:
        tar.extractall("/srv/a", filter="data")
    return "", 204


def temporary():
    tempfile.mktemp()  # CWE-377
    tempfile.mkstemp()
    with tempfile.NamedTemporaryFile() as f:
        f.write(b"x")
    with open("/tmp/state", "w") as f:  # CWE-377
        f.write("x")


def modes():
    os.chmod("/srv/a", 0o777)  # CWE-732
    os.chmod("/srv/a", 0o600)
    os.umask(0)  # CWE-732
    Path("/srv/a").chmod(0o666)  # CWE-732


def patterns():
    re.compile(request.args["p"])  # CWE-400
    re.compile(re.escape(request.args["p"]))
    re.compile(r"^(\w+)+$")  # CWE-1333
    re.compile(r"^\w+(-\w+)*$")


def main():
    subprocess.run("make " + sys.argv[1], shell=True)  # CWE-78


def environment():
    os.system(os.environ["EDITOR"] + " notes.txt")
