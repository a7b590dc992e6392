import logging
import os
import subprocess

from flask import (
    Blueprint, Flask, Response, abort, flash, jsonify, make_response, redirect, render_template,
    render_template_string, request, send_file, send_from_directory, session, url_for,
)
from markupsafe import Markup, escape
from werkzeug.utils import secure_filename

app = Flask(__name__)
pages = Blueprint("pages", __name__)
log = logging.getLogger(__name__)
UPLOADS = "/srv/uploads"


@app.route("/hello/<name>")
def hello(name):
    return f"<h1>Hello {name}</h1>"  # CWE-79


@app.route("/hello-safe/<name>")
def hello_safe(name):
    return f"<h1>Hello {escape(name)}</h1>"


@app.route("/items/<int:item>")
def item_page(item: int):
    return f"<h1>Item {item}</h1>"


@pages.get("/search")
def search():
    q = request.args.get("q", "")
    return Markup("<b>%s</b>") % q


@pages.get("/search-raw")
def search_raw():
    q = request.args.get("q", "")
    return make_response("<b>" + q + "</b>")  # CWE-79


@pages.get("/search-json")
def search_json():
    return jsonify(q=request.args.get("q", ""))


@pages.get("/search-dict")
def search_dict():
    return {"q": request.args.get("q", "")}


@pages.get("/search-template")
def search_template():
    return render_template("search.html", q=request.args.get("q", ""))


@pages.get("/search-text")
def search_text():
    return Response(request.args.get("q", ""), mimetype="text/plain")


@app.post("/preview")
def preview():
    body = request.form["body"]
    return render_template_string("<div>" + body + "</div>")  # CWE-1336


@app.post("/preview-safe")
def preview_safe():
    return render_template_string("<div>{{ body }}</div>", body=request.form["body"])


@app.get("/download")
def download():
    return send_file(os.path.join(UPLOADS, request.args["file"]))  # CWE-22


@app.get("/download-safe")
def download_safe():
    return send_from_directory(UPLOADS, request.args["file"])


@app.get("/download-checked")
def download_checked():
    path = os.path.realpath(os.path.join(UPLOADS, request.args["file"]))
    if os.path.commonpath([path, UPLOADS]) != UPLOADS:
        abort(403)
    return send_file(path)


@app.get("/download-listed")
def download_listed():
    name = request.args["file"]
    if name not in {"terms.pdf", "prices.pdf"}:
        abort(404)
    return send_file(os.path.join(UPLOADS, name))


@app.post("/upload")
def upload():
    file = request.files["file"]
    file.save(os.path.join(UPLOADS, file.filename))  # CWE-434
    return "", 204


@app.post("/upload-safe")
def upload_safe():
    file = request.files["file"]
    file.save(os.path.join(UPLOADS, secure_filename(file.filename)))
    return "", 204


@app.get("/login")
def login():
    target = request.args.get("next") or url_for("index")
    return redirect(target)  # CWE-601


@app.get("/login-safe")
def login_safe():
    target = request.args.get("next", "")
    if not target.startswith("/") or target.startswith("//"):
        target = url_for("index")
    return redirect(target)


@app.get("/login-fixed")
def login_fixed():
    return redirect(url_for("index", tab=request.args.get("tab")))


@app.get("/ping")
def ping():
    host = request.args.get("host")
    out = subprocess.check_output(f"ping -c 1 {host}", shell=True)  # CWE-78
    return jsonify(out.decode())


@app.get("/ping-safe")
def ping_safe():
    host = request.args.get("host")
    out = subprocess.check_output(["ping", "-c", "1", "--", host])
    return jsonify(out.decode())


@app.get("/who")
def who():
    log.info("visit by %s", request.headers.get("User-Agent"))  # CWE-117
    log.info("visit by %r", request.headers.get("User-Agent"))
    return "", 204


@app.post("/role")
def role():
    session["role"] = request.form["role"]  # CWE-501
    return "", 204


@app.post("/theme")
def theme():
    choice = request.form["theme"]
    if choice not in ("dark", "light"):
        abort(400)
    session["theme"] = choice
    return "", 204


@app.get("/cookie")
def cookie():
    response = make_response("ok")
    response.set_cookie("id", "1", secure=False, httponly=True)  # CWE-614
    response.set_cookie("id", "1", secure=True, httponly=False)  # CWE-1004
    response.set_cookie("id", "1", secure=True, httponly=True, samesite="Lax")
    return response


@app.get("/header")
def header():
    response = make_response("ok")
    response.headers["X-Trace"] = request.args["trace"]  # CWE-113
    response.headers["X-Version"] = "1"
    return response


@app.get("/fail")
def fail():
    try:
        return jsonify(work())
    except ValueError as error:
        return jsonify(error=str(error)), 500  # CWE-209


@app.get("/fail-safe")
def fail_safe():
    try:
        return jsonify(work())
    except ValueError:
        log.exception("work failed")
        return jsonify(error="it did not work"), 500


@app.before_request
def check_tenant():
    tenant = request.headers["X-Tenant"]
    os.system("switch-tenant " + tenant)  # CWE-78


@app.errorhandler(404)
def not_found(error):
    return f"no {request.path}", 404


@app.post("/flash")
def notice():
    flash("saved " + request.form["name"])
    return redirect(url_for("index"))


def work():
    return 1
