import logging
import os
import socket

from flask import Flask
from flask_cors import CORS
from flask_wtf import CSRFProtect

app = Flask(__name__)
app.config["SECRET_KEY"] = "d41d8cd98f00b204"  # CWE-798
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
app.config["WTF_CSRF_ENABLED"] = False  # CWE-352
app.config["SESSION_COOKIE_SECURE"] = False  # CWE-614
app.config["SESSION_COOKIE_HTTPONLY"] = False  # CWE-1004
app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_HTTPONLY=True)
csrf = CSRFProtect(app)
log = logging.getLogger(__name__)


@csrf.exempt  # CWE-352
@app.post("/hook")
def hook():
    return "", 204


def login(user, password):
    log.info("login of %s with %s", user, password)  # CWE-532
    log.info("login of %s", user)


def store(path, password):
    with open(path, "w") as f:
        f.write(password)  # CWE-312


def store_hash(path, password_hash):
    with open(path, "w") as f:
        f.write(password_hash)


if __name__ == "__main__":
    app.run(debug=True)  # CWE-489
