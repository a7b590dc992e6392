import jinja2
from flask import Flask, request
from jinja2 import Environment, FileSystemLoader, Template, select_autoescape
from jinja2.sandbox import SandboxedEnvironment
from mako.template import Template as Mako

app = Flask(__name__)
unsafe = Environment(loader=FileSystemLoader("t"), autoescape=False)  # CWE-79
default = Environment(loader=FileSystemLoader("t"))  # CWE-79
safe = Environment(loader=FileSystemLoader("t"), autoescape=True)
chosen = Environment(loader=FileSystemLoader("t"), autoescape=select_autoescape())


@app.post("/a")
def a():
    source = request.form["t"]
    one = Template(source).render()  # CWE-1336
    two = safe.from_string("Hi " + source).render()  # CWE-1336
    three = Mako(source).render()  # CWE-1336 CWE-79
    four = Template("Hi {{ name }}").render(name=source)
    five = safe.get_template("page.html").render(name=source)
    return {"all": [one, two, three, four, five]}
