import json

from django import forms
from django.contrib.auth.models import User
from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template import Template
from django.utils.html import escape, format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST


class Book(models.Model):
    title = models.CharField(max_length=80)


def search(request):
    q = request.GET.get("q", "")
    books = Book.objects.raw("SELECT * FROM book WHERE title = '%s'" % q)  # CWE-89
    safe = Book.objects.raw("SELECT * FROM book WHERE title = %s", [q])
    same = Book.objects.filter(title__contains=q)
    return render(request, "books.html", {"books": books, "safe": safe, "same": same})


def extra(request):
    order = request.GET["order"]
    return render(request, "b.html", {"b": Book.objects.extra(where=["title > '" + order + "'"])})  # CWE-89


def expression(request):
    q = request.GET["q"]
    Book.objects.annotate(n=RawSQL("select count(*) from x where y = '" + q + "'", []))  # CWE-89
    Book.objects.annotate(n=RawSQL("select count(*) from x where y = %s", [q]))
    return JsonResponse({})


def cursor(request, pk):
    with connection.cursor() as c:
        c.execute("SELECT * FROM book WHERE title = '" + request.POST["t"] + "'")  # CWE-89
        c.execute("SELECT * FROM book WHERE title = %s", [request.POST["t"]])
        return JsonResponse({"rows": c.fetchall()})


def greet(request):
    name = request.GET.get("name")
    return HttpResponse("<p>Hi " + name + "</p>")  # CWE-79


def greet_safe(request):
    return HttpResponse("<p>Hi " + escape(request.GET.get("name")) + "</p>")


def greet_format(request):
    return HttpResponse(format_html("<p>Hi {}</p>", request.GET.get("name")))


def greet_marked(request):
    html = mark_safe("<p>" + request.GET["name"] + "</p>")  # CWE-79
    return render(request, "hi.html", {"html": html})


def greet_compiled(request):
    return HttpResponse(Template(request.POST["t"]).render({}))  # CWE-79 CWE-1336


def leave(request):
    return redirect(request.GET["next"])  # CWE-601


def leave_checked(request):
    to = request.GET["next"]
    if not url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}):
        to = "/"
    return HttpResponseRedirect(to)


def leave_named(request, pk):
    book = get_object_or_404(Book, pk=pk)
    return redirect("book", pk=book.pk)


def download(request):
    return FileResponse(open("/srv/files/" + request.GET["f"], "rb"))  # CWE-22


@csrf_exempt  # CWE-352
def hook(request):
    return JsonResponse(json.loads(request.body))


@require_POST
def ordinary(request):
    return JsonResponse(json.loads(request.body))


def promote(request):
    data = json.loads(request.body)
    User.objects.create(**data)  # CWE-915
    User.objects.create(name=data["name"])
    return JsonResponse({})


class BookForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = "__all__"


class TitleForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title"]


class Report(View):
    def get(self, request, name):
        return HttpResponse("<h1>" + name + "</h1>")  # CWE-79

    def post(self, request):
        return HttpResponse(self.row(request.POST["a"]))  # CWE-79

    def row(self, text):
        return "<td>" + text + "</td>"


def session_role(request):
    request.session["role"] = request.POST["role"]  # CWE-501
    return JsonResponse({})


def cleaned(request):
    form = TitleForm(request.POST)
    if form.is_valid():
        with connection.cursor() as c:
            c.execute("select 1 from book where title = %s", [form.cleaned_data["title"]])
    return JsonResponse({})
