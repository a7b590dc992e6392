//! Fixes of Python.

use super::case::check_proved;

#[track_caller]
fn python(cwe: &str, function: &str, frame: &str, weak: &str, fixed: &str) {
    check_proved("app.py", cwe, function, frame, weak, fixed);
}

#[test]
fn sql_in_python() {
    python(
        "CWE-89",
        "find",
        "def find(connection, name, limit):\n    return connection.execute(HERE).fetchall()  # SINK\n",
        "f\"SELECT * FROM t WHERE n = '{name}' LIMIT {limit}\"",
        "\"SELECT * FROM t WHERE n = ? LIMIT ?\", (name, limit)",
    );
    // A class whose connection is made by a driver that is not there, and a query some lines before the sink.
    python(
        "CWE-89",
        "Users.find",
        "import psycopg2
class Users:
    def __init__(self, url):
        self.connection = psycopg2.connect(url)
    def find(self, name: str):
        with self.connection.cursor() as cursor:
            query = HERE
            cursor.execute(query, *parameters)  # SINK
            return [row for (row,) in cursor]
",
        "\"SELECT id FROM users WHERE name = '%s'\" % name; parameters = ()",
        "\"SELECT id FROM users WHERE name = %s\"; parameters = ((name,),)",
    );
}

#[test]
fn commands_in_python() {
    python(
        "CWE-78",
        "count",
        "import shlex, subprocess\ndef count(folder, name):\n    done = subprocess.run(HERE, capture_output=True)  # SINK\n    return int(done.stdout)\n",
        "f'wc -l {folder}/{name}', shell=True",
        "['wc', '-l', f'{folder}/{name}']",
    );
    // A handler that is made when the application is.
    python(
        "CWE-78",
        "create.ping",
        "import os, shlex
from flask import Flask, request
def create(config):
    app = Flask(__name__)
    @app.route('/ping', methods=['POST'])
    def ping():
        os.system('ping -c 1 ' + HERE)  # SINK
        return 'done'
    return app
",
        "request.form['host']",
        "shlex.quote(request.form['host'])",
    );
}

#[test]
fn paths_in_python() {
    python(
        "CWE-22",
        "read",
        "import os\nFOLDER = '/srv/exports'\ndef read(name):\n    path = os.path.join(FOLDER, name)\n    HERE\n    with open(path) as file:  # SINK\n        return file.read()\n",
        "pass",
        "path = os.path.realpath(path)\n    if os.path.commonpath([path, FOLDER]) != FOLDER: raise ValueError(name)",
    );
    python(
        "CWE-22",
        "show",
        "from pathlib import Path\ndef show(request, name: str):\n    return (Path('pages') / HERE).read_text()  # SINK\n",
        "name",
        "Path(name).name",
    );
}

#[test]
fn documents_in_python() {
    python(
        "CWE-502",
        "settings",
        "import yaml\ndef settings(text):\n    return yaml.HERE or {}  # SINK\n",
        "load(text, Loader=yaml.Loader)",
        "safe_load(text)",
    );
}

#[test]
fn pages_in_python() {
    python(
        "CWE-79",
        "hello",
        "from flask import Flask, request\nfrom markupsafe import escape\napp = Flask(__name__)\n@app.get('/')\ndef hello():\n    return f'<p>{HERE}</p>'  # SINK\n",
        "request.args.get(\"q\", \"\")",
        "escape(request.args.get(\"q\", \"\"))",
    );
    python(
        "CWE-79",
        "respond",
        "import html\ndef respond(store, query):\n    if store.find(query['user']).first() is None:\n        return 404, 'text/html', '<p>no user ' + HERE + '</p>'  # SINK\n    return 200, 'text/html', 'found'\n",
        "query.get('user', '')",
        "html.escape(query.get('user', ''))",
    );
    python(
        "CWE-79",
        "show",
        "import html\nfrom fastapi.responses import HTMLResponse\nasync def show(q: str):\n    return HTMLResponse('<p>' + HERE)  # SINK\n",
        "q",
        "html.escape(q)",
    );
    // Escaped, but where that does not help.
    python(
        "CWE-79",
        "show",
        "import html\nfrom fastapi.responses import HTMLResponse\nasync def show(q: str):\n    q = html.escape(q)\n    return HTMLResponse(HERE)  # SINK\n",
        "f'<p onclick=\"{q}\">x</p>'",
        "f'<p title=\"{q}\">x</p>'",
    );
}

#[test]
fn redirects_in_python() {
    python(
        "CWE-601",
        "login",
        "from urllib.parse import urlsplit\nfrom flask import redirect, request\ndef login():\n    target = request.args.get('next')\n    HERE\n    return redirect(target)  # SINK\n",
        "pass",
        "target = target if not urlsplit(target).netloc and not urlsplit(target).scheme else '/'",
    );
}

#[test]
fn weak_functions_in_python() {
    let hash =
        "import hashlib\ndef etag(text):\n    return hashlib.HERE(text.encode()).hexdigest()  # SINK\n";
    python("CWE-328", "etag", hash, "md5", "sha256");
    let token = "import random, secrets\ndef token(length=8):\n    return ''.join(HERE.choice('abc') for _ in range(length))  # SINK\n";
    python("CWE-330", "token", token, "random", "secrets.SystemRandom()");
    let file = "import os, tempfile\ndef scratch():\n    return tempfile.HERE  # SINK\n";
    python("CWE-377", "scratch", file, "mktemp()", "mkstemp()[1]");
    let client = "import requests\ndef ping(url):\n    return requests.get(url, verify=HERE)  # SINK\n";
    python("CWE-295", "ping", client, "False", "True");
    let answer = "from flask import make_response\ndef enter():\n    answer = make_response('hi')\n    answer.set_cookie('id', '1'HERE)  # SINK\n    return answer\n";
    python("CWE-614", "enter", answer, "", ", secure=True");
    python(
        "CWE-95",
        "read",
        "import ast\ndef read(text):\n    return HERE(text)  # SINK\n",
        "eval",
        "ast.literal_eval",
    );
}

#[test]
fn directories_and_trees_in_python() {
    python(
        "CWE-90",
        "find",
        "import ldap3\nfrom ldap3.utils.conv import escape_filter_chars\ndef find(connection, name):\n    connection.search('dc=example', f'(uid={HERE})')  # SINK\n    return connection.entries\n",
        "name",
        "escape_filter_chars(name)",
    );
    python(
        "CWE-643",
        "find",
        "from lxml import etree\ndef find(name):\n    tree = etree.parse('users.xml')\n    return tree.xpath(HERE)  # SINK\n",
        "\"//user[@name='\" + name + \"']\"",
        "'//user[@name=$name]', name=name",
    );
}
