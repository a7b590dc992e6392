import json
import sqlite3

import asyncpg
import ldap3
import MySQLdb
import mysql.connector
import psycopg
import psycopg2
import pymysql
from flask import request
from ldap3.utils.conv import escape_filter_chars
from psycopg2 import sql
from pymongo import MongoClient
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("sqlite://")
Local = sessionmaker(bind=engine)
mongo = MongoClient().shop


def lite():
    name = request.args["name"]
    with sqlite3.connect("a.db") as db:
        db.execute("delete from t where name = '{}'".format(name))  # CWE-89
        db.execute("delete from t where name = ?", (name,))
        cur = db.cursor()
        cur.executescript("delete from t where name = '" + name + "'")  # CWE-89
        query = "select * from t where name = "
        query += "'" + name + "'"
        cur.execute(query)  # CWE-89
        marks = ",".join("?" * len(name))
        cur.execute("select * from t where id in (" + marks + ")", list(name))


def pg():
    conn = psycopg2.connect(dsn())
    with conn, conn.cursor() as cur:
        table = request.args["table"]
        cur.execute("select * from %s" % table)  # CWE-89
        cur.execute(sql.SQL("select * from {}").format(sql.Identifier(table)))
        cur.execute("select * from t where a = %s", (table,))
        cur.execute("select * from t where a = %(a)s", {"a": table})


def pg3():
    with psycopg.connect(dsn()) as conn:
        conn.execute(f"select * from t where a = '{request.args['a']}'")  # CWE-89
        conn.execute("select * from t where a = %s", (request.args["a"],))


async def pg_async():
    conn = await asyncpg.connect(dsn())
    await conn.fetch("select * from t where a = '" + request.args["a"] + "'")  # CWE-89
    await conn.fetch("select * from t where a = $1", request.args["a"])


def my():
    for db in (MySQLdb.connect(), pymysql.connect(), mysql.connector.connect()):
        cur = db.cursor()
        cur.execute("select * from t where a = '" + request.args["a"] + "'")  # CWE-89
        cur.execute("select * from t where a = %s", (request.args["a"],))


def alchemy():
    a = request.args["a"]
    with engine.connect() as conn:
        conn.execute(text("select * from t where a = '" + a + "'"))  # CWE-89
        conn.execute(text("select * from t where a = :a"), {"a": a})
        conn.exec_driver_sql("select " + a)  # CWE-89
    with Session(engine) as s:
        s.execute("select * from t order by " + a)  # CWE-89
        s.execute(select(Thing).where(Thing.a == a))
    with Local() as s:
        s.query(Thing).filter(text("a = '%s'" % a)).all()  # CWE-89
        s.query(Thing).filter(Thing.a == a).all()
        order = {"name": "name", "age": "age"}.get(a, "name")
        s.execute(text("select * from t order by " + order))


def columns():
    column = request.args["by"]
    if column not in ALLOWED:
        raise ValueError("no such column")
    with engine.connect() as conn:
        conn.execute(text(f"select * from t order by {column}"))


def documents():
    mongo.users.find_one(json.loads(request.data))  # CWE-943
    mongo.users.find_one({"name": request.get_json()["name"]})  # CWE-943
    mongo.users.find_one({"name": str(request.get_json()["name"])})
    mongo.users.find({"$where": "this.name == '" + request.args["n"] + "'"})  # CWE-943


def directory():
    conn = ldap3.Connection(ldap3.Server("ldap.example.org"), auto_bind=True)
    user = request.form["user"]
    conn.search("dc=example", f"(uid={user})")  # CWE-90
    conn.search("dc=example", f"(uid={escape_filter_chars(user)})")


ALLOWED = ("name", "age")


class Thing:
    a = 1


def dsn():
    return "dbname=app"
