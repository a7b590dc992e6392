//! Python's templates: what is there before, and after.

use super::check_file;

/// A function whose parameters a request fills, under `imports`.
#[track_caller]
fn check(imports: &str, body: &str, new_imports: &str, after: &str) {
    let file = |imports: &str, body: &str| {
        format!(
            "{imports}\n\nfrom flask import Flask, request, redirect, make_response\napp = Flask(__name__)\n\n\n@app.route(\"/\")\ndef f():\n    {body}\n"
        )
    };
    let new_imports = if new_imports.is_empty() { imports.to_owned() } else { new_imports.to_owned() };
    check_file("a.py", &file(imports, body), &file(&new_imports, after));
}

#[test]
fn commands() {
    check(
        "import os",
        r#"os.system(f"ping -c 1 {request.args['host']}")"#,
        "import os\nimport subprocess",
        r#"subprocess.run(["ping", "-c", "1", request.args['host']])"#,
    );
    check(
        "import os",
        r#"x = os.popen("ls -l " + request.args["d"]).read()"#,
        "import os\nimport subprocess",
        r#"x = subprocess.run(["ls", "-l", request.args["d"]], stdout=subprocess.PIPE, text=True).stdout"#,
    );
    check(
        "import subprocess as sp",
        r#"sp.run("cp --to='%s' a" % request.args["d"], shell=True, check=True)"#,
        "",
        r#"sp.run(["cp", f'--to={request.args["d"]}', "a"], check=True)"#,
    );
    check(
        "import subprocess",
        "name = request.args['name']\n    subprocess.run(['sh', '-c', f'echo {name}'])",
        "import shlex\nimport subprocess",
        "name = request.args['name']\n    subprocess.run(['sh', '-c', f'echo {shlex.quote(name)}'])",
    );
    // Put together in a row.
    check(
        "import subprocess",
        "name = request.args['name']\n    line = 'ls -l '\n    line += f'{name}'\n    line = line + ' | wc'\n    subprocess.run(line, shell=True)",
        "import shlex\nimport subprocess",
        "name = request.args['name']\n    line = 'ls -l '\n    line += f'{shlex.quote(name)}'\n    line = line + ' | wc'\n    subprocess.run(line, shell=True)",
    );
    // What is no text becomes one, as it did before.
    check(
        "import os\nTOOL = 'head'",
        "name, n = request.args['name'], int(request.args['n'])\n    os.system(f'{TOOL} -n {n} {name}')",
        "import os\nimport subprocess\nTOOL = 'head'",
        "name, n = request.args['name'], int(request.args['n'])\n    subprocess.run([TOOL, '-n', str(n), str(name)])",
    );
    // No program is called `cd`.
    check(
        "import os",
        "os.system(f'cd {request.args[\"d\"]}')",
        "import os\nimport shlex",
        "os.system(f'cd {shlex.quote(request.args[\"d\"])}')",
    );
    // A class's own import is not seen in its functions.
    check_file(
        "a.py",
        "import os\n\n\nclass A:\n    import shlex\n\n    def f(self, job):\n        os.system(\"cat %s | wc\" % job.source)\n",
        "import os\nfrom shlex import quote\n\n\nclass A:\n    import shlex\n\n    def f(self, job):\n        os.system(\"cat %s | wc\" % quote(str(job.source)))\n",
    );
    // A redirection and a pipe need the shell.
    check(
        "import subprocess",
        "a, b = request.args['a'], request.args['b']\n    subprocess.run(f'wc -l < {a}/{b}', shell=True)",
        "import shlex\nimport subprocess",
        "a, b = request.args['a'], request.args['b']\n    subprocess.run(f'wc -l < {shlex.quote(str(a))}/{shlex.quote(str(b))}', shell=True)",
    );
    check(
        "import os\nimport shlex",
        "os.system('cat ' + shlex.quote(request.args['a']) + ' | head -n %s > ' % int(request.args['n']) + request.args['b'])",
        "",
        "os.system('cat ' + shlex.quote(request.args['a']) + ' | head -n %s > ' % int(request.args['n']) + shlex.quote(request.args['b']))",
    );
}

/// No flow names the values: all of them are quoted.
#[test]
fn commands_of_values_that_come_from_anywhere() {
    check_file(
        "a.py",
        "import os\n\n\ndef f(job):\n    os.system(\"cat %s | wc -l > %s\" % (job.source, job.target))\n",
        "import os\nimport shlex\n\n\ndef f(job):\n    os.system(\"cat %s | wc -l > %s\" % (shlex.quote(str(job.source)), shlex.quote(str(job.target))))\n",
    );
}

#[test]
fn html() {
    check(
        "import os",
        r#"return "<p>" + request.args["name"] + "</p>""#,
        "import html\nimport os",
        r#"return "<p>" + html.escape(request.args["name"]) + "</p>""#,
    );
    check(
        "from html import escape as e",
        r#"return make_response(f"<p>{request.args.get('name')}</p>")"#,
        "",
        r#"return make_response(f"<p>{e(str(request.args.get('name')))}</p>")"#,
    );
    // The local name is taken, so the function comes by itself.
    check(
        "import os",
        "html = \"<p>%s</p>\" % request.args[\"a\"]\n    return html",
        "import os\nfrom html import escape",
        "html = \"<p>%s</p>\" % escape(request.args[\"a\"])\n    return html",
    );
    check(
        "import os",
        "page = \"\"\n    page += \"<p>{}</p>\".format(request.args[\"a\"])\n    return page",
        "import html\nimport os",
        "page = \"\"\n    page += \"<p>{}</p>\".format(html.escape(request.args[\"a\"]))\n    return page",
    );
    check_file(
        "a.py",
        "from jinja2 import Environment\ne = Environment(autoescape=False)\n",
        "from jinja2 import Environment\ne = Environment(autoescape=True)\n",
    );
}

#[test]
fn paths() {
    let guarded = |name: &str, base: &str| {
        format!(
            "if not os.path.realpath({name}).startswith(os.path.join(os.path.realpath({base}), \"\")):\n        raise PermissionError(\"the path leads outside its folder\")\n    "
        )
    };
    check(
        "import os\nROOT = \"/srv\"",
        "name = os.path.join(ROOT, request.args[\"n\"])\n    return open(name).read()",
        "",
        &format!(
            "name = os.path.join(ROOT, request.args[\"n\"])\n    {}return open(name).read()",
            guarded("name", "ROOT")
        ),
    );
    check(
        "from os import environ",
        "with open(f\"/srv/users/{request.args['n']}\") as f:\n        return f.read()",
        "import os\nfrom os import environ",
        &format!(
            "path = f\"/srv/users/{{request.args['n']}}\"\n    {}with open(path) as f:\n        return f.read()",
            guarded("path", "\"/srv/users\"")
        ),
    );
    check(
        "import pathlib",
        "base = pathlib.Path(\"/srv\")\n    target = base / request.args[\"n\"]\n    return target.read_text()",
        "",
        "base = pathlib.Path(\"/srv\")\n    target = base / request.args[\"n\"]\n    if not target.resolve().is_relative_to(base.resolve()):\n        raise PermissionError(\"the path leads outside its folder\")\n    return target.read_text()",
    );
    check_file(
        "a.py",
        "import tarfile\n\ndef f(p):\n    with tarfile.open(p) as t:\n        t.extractall(\"/srv\")\n",
        "import tarfile\n\ndef f(p):\n    with tarfile.open(p) as t:\n        t.extractall(\"/srv\", filter=\"data\")\n",
    );
}

#[test]
fn redirects() {
    check(
        "import re",
        "to = request.args[\"next\"]\n    return redirect(to)",
        "",
        "to = request.args[\"next\"]\n    return redirect(to if re.fullmatch(r\"/(?![/\\\\])[^\\s\\\\]*\", to) else \"/\")",
    );
    check(
        "import os",
        "return redirect(request.args.get('next') or '/')",
        "import os\nimport re",
        "target = request.args.get('next') or '/'\n    return redirect(target if re.fullmatch(r\"/(?![/\\\\])[^\\s\\\\]*\", target) else \"/\")",
    );
}

#[test]
fn directories() {
    check(
        "import ldap3",
        "c = ldap3.Connection(\"s\")\n    c.search(\"dc=x\", \"(uid=%s)\" % request.args[\"u\"])",
        "import ldap3\nfrom ldap3.utils.conv import escape_filter_chars",
        "c = ldap3.Connection(\"s\")\n    c.search(\"dc=x\", \"(uid=%s)\" % escape_filter_chars(request.args[\"u\"]))",
    );
    check(
        "import ldap",
        "c = ldap.initialize(\"ldap://x\")\n    c.search_s(\"dc=x\", ldap.SCOPE_SUBTREE, \"(uid=\" + request.args[\"u\"] + \")\")",
        "import ldap\nfrom ldap.filter import escape_filter_chars",
        "c = ldap.initialize(\"ldap://x\")\n    c.search_s(\"dc=x\", ldap.SCOPE_SUBTREE, \"(uid=\" + escape_filter_chars(request.args[\"u\"]) + \")\")",
    );
}

#[test]
fn certificates() {
    #[track_caller]
    fn check(import: &str, before: &str, after: &str) {
        check_file("a.py", &format!("{import}\n{before}\n"), &format!("{import}\n{after}\n"));
    }
    check("import requests", "requests.get(u, verify=False)", "requests.get(u)");
    check("import requests", "requests.post(u, verify=False, timeout=3)", "requests.post(u, timeout=3)");
    check("import ssl", "c = ssl._create_unverified_context()", "c = ssl.create_default_context()");
    check(
        "import ssl",
        "c = ssl.create_default_context()\nc.check_hostname = False",
        "c = ssl.create_default_context()\nc.check_hostname = True",
    );
    check(
        "import ssl",
        "c = ssl.create_default_context()\nc.verify_mode = ssl.CERT_NONE",
        "c = ssl.create_default_context()\nc.verify_mode = ssl.CERT_REQUIRED",
    );
    check(
        "import paramiko",
        "c = paramiko.SSHClient()\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy())",
        "c = paramiko.SSHClient()\nc.set_missing_host_key_policy(paramiko.RejectPolicy())",
    );
}

#[test]
fn numbers_that_nobody_foresees() {
    #[track_caller]
    fn check(imports: &str, before: &str, after_imports: &str, after: &str) {
        let file = |imports: &str, body: &str| format!("{imports}\n\ndef token(xs):\n    return {body}\n");
        check_file("a.py", &file(imports, before), &file(after_imports, after));
    }
    check(
        "import random",
        "random.random()",
        "import random\nimport secrets",
        "secrets.SystemRandom().random()",
    );
    check("import random as r", "r.choice(xs)", "import random as r\nimport secrets", "secrets.choice(xs)");
    check(
        "import secrets as s\nfrom random import randint",
        "randint(1, 6)",
        "import secrets as s\nfrom random import randint",
        "s.SystemRandom().randint(1, 6)",
    );
    check("import random", "random.randbytes(8)", "import random\nimport secrets", "secrets.token_bytes(8)");
    check("import random", "random.getrandbits(8)", "import random\nimport secrets", "secrets.randbits(8)");
}

#[test]
fn xml() {
    check(
        "from lxml import etree",
        "return str(etree.fromstring(request.data))",
        "",
        "return str(etree.fromstring(request.data, parser=etree.XMLParser(resolve_entities=False, no_network=True)))",
    );
    check_file(
        "a.py",
        "from lxml import etree\n\ndef f(x):\n    parser = etree.XMLParser(resolve_entities=True)\n    return etree.fromstring(x, parser)\n",
        "from lxml import etree\n\ndef f(x):\n    parser = etree.XMLParser(resolve_entities=False)\n    return etree.fromstring(x, parser)\n",
    );
    check_file(
        "a.py",
        "import xml.sax\nfrom xml.sax.handler import feature_external_ges\n\ndef f(x):\n    p = xml.sax.make_parser()\n    p.setFeature(feature_external_ges, True)\n    p.parse(x)\n",
        "import xml.sax\nfrom xml.sax.handler import feature_external_ges\n\ndef f(x):\n    p = xml.sax.make_parser()\n    p.setFeature(feature_external_ges, False)\n    p.parse(x)\n",
    );
}

#[test]
fn cookies() {
    #[track_caller]
    fn check(before: &str, after: &str) {
        let file = |body: &str| {
            format!(
                "from flask import make_response\n\ndef f():\n    r = make_response('x')\n    r.set_cookie({body})\n    return r\n"
            )
        };
        check_file("a.py", &file(before), &file(after));
    }
    check("'a', 'b'", "'a', 'b', secure=True, samesite='Lax'");
    check("'a', 'b', secure=False, samesite='Strict'", "'a', 'b', secure=True, samesite='Strict'");
    check("'a', 'b', secure=True, httponly=False", "'a', 'b', secure=True, httponly=True");
}

#[test]
fn xpath() {
    check(
        "from lxml import etree",
        "root = etree.parse(\"a.xml\")\n    return str(root.xpath(\"//a[@id='\" + request.args[\"i\"] + \"']\"))",
        "",
        "root = etree.parse(\"a.xml\")\n    return str(root.xpath(\"//a[@id=$value]\", value=request.args[\"i\"]))",
    );
    // What else reads the text still does.
    check(
        "import lxml.etree",
        "root = lxml.etree.parse(\"a.xml\")\n    name = request.args[\"n\"]\n    query = f\"//a[@id='{name}']\"\n    find = lxml.etree.XPath(query)\n    print(query)\n    return str(find(root))",
        "",
        "root = lxml.etree.parse(\"a.xml\")\n    name = request.args[\"n\"]\n    query = f\"//a[@id='{name}']\"\n    find = lxml.etree.XPath(\"//a[@id=$name]\")\n    print(query)\n    return str(find(root, name=name))",
    );
    check(
        "import elementpath\nimport lxml.etree",
        "root = lxml.etree.parse(\"a.xml\")\n    name = request.args[\"n\"]\n    return str(elementpath.select(root, f\"//a[@id='{name}']\"))",
        "",
        "root = lxml.etree.parse(\"a.xml\")\n    name = request.args[\"n\"]\n    return str(elementpath.select(root, \"//a[@id=$name]\", variables={\"name\": name}))",
    );
    // No variables in `findall`: a value that would end its quotes is refused.
    check(
        "import lxml.etree",
        "root = lxml.etree.parse(\"a.xml\")\n    name = request.args[\"n\"]\n    return str(root.findall(\".//a[@id='\" + name + \"']\"))",
        "",
        "root = lxml.etree.parse(\"a.xml\")\n    name = request.args[\"n\"]\n    if \"'\" in name:\n        raise ValueError(\"a quote in an XPath value\")\n    return str(root.findall(\".//a[@id='\" + name + \"']\"))",
    );
}

#[test]
fn secrets_and_modes() {
    check_file(
        "a.py",
        "\"\"\"Doc.\"\"\"\nimport psycopg2\n\n\ndef f():\n    return psycopg2.connect(host='db', password='Tr0ub4dor3')\n",
        "\"\"\"Doc.\"\"\"\nimport os\nimport psycopg2\n\n\ndef f():\n    return psycopg2.connect(host='db', password=os.environ['PASSWORD'])\n",
    );
    check_file("a.py", "import os\nos.chmod('x', 0o777)\n", "import os\nos.chmod('x', 0o700)\n");
    check_file(
        "a.py",
        "from cryptography.hazmat.primitives.asymmetric import rsa\nk = rsa.generate_private_key(public_exponent=65537, key_size=1024)\n",
        "from cryptography.hazmat.primitives.asymmetric import rsa\nk = rsa.generate_private_key(public_exponent=65537, key_size=2048)\n",
    );
}
