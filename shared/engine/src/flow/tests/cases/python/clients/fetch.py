import ssl
import urllib.request
from urllib.parse import quote, urlparse

import httpx
import paramiko
import requests
from flask import Flask, abort, request

app = Flask(__name__)
HOSTS = {"api.example.org", "static.example.org"}


@app.get("/a")
def any_address():
    url = request.args["url"]
    requests.get(url, timeout=5)  # CWE-918
    httpx.post(url, json={})  # CWE-918
    requests.request("GET", url, timeout=5)  # CWE-918
    urllib.request.urlopen(url)  # CWE-918
    with requests.Session() as s:
        s.get(url)  # CWE-918
    return "", 204


@app.get("/b")
def any_host():
    host = request.args["host"]
    requests.get(f"https://{host}/status", timeout=5)  # CWE-918
    return "", 204


@app.get("/c")
def listed_host():
    url = request.args["url"]
    if urlparse(url).hostname not in HOSTS:
        abort(400)
    requests.get(url, timeout=5)
    return "", 204


@app.get("/d")
def own_host():
    requests.get("https://api.example.org/items/" + quote(request.args["id"], safe=""), timeout=5)
    requests.get("https://api.example.org/items", params=dict(request.args), timeout=5)
    requests.get(f"https://api.example.org/items/{int(request.args['id'])}", timeout=5)
    return "", 204


def no_checks():
    requests.get("https://a.example.org", verify=False, timeout=5)  # CWE-295
    httpx.Client(verify=False)  # CWE-295
    context = ssl.create_default_context()
    context.check_hostname = False  # CWE-295
    context.verify_mode = ssl.CERT_NONE  # CWE-295
    ssl._create_unverified_context()  # CWE-295
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # CWE-295
    requests.get("https://a.example.org", verify="/etc/ca.pem", timeout=5)
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    requests.post("http://api.example.org/login", json={}, timeout=5)  # CWE-319
    requests.post("https://api.example.org/login", json={}, timeout=5)
