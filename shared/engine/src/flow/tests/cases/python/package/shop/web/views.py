from flask import Blueprint, request

from shop import store
from ..mail import Mailer
from ..paths import inside
from .forms import clean_page, first

orders = Blueprint("orders", __name__)
mailer = Mailer("/usr/sbin/sendmail")


@orders.get("/orders")
def index():
    return {"rows": store.Orders().by_customer(request.args["customer"])}


@orders.get("/orders/recent")
def recent():
    return {"rows": store.Orders().recent(limit=clean_page(request.args.get("limit")))}


@orders.post("/orders/mail")
def mail():
    mailer.send(to=first(request.form), body="done")
    mailer.send_safely(to=first(request.form), body="done")
    return "", 204


@orders.get("/orders/pdf")
def pdf():
    with open(inside("/srv/orders", request.args["name"])) as f:
        return {"text": f.read()}
