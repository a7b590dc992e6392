const mysql = require("mysql2/promise");
const { Client, Pool } = require("pg");
const { Sequelize, DataTypes } = require("sequelize");
const knex = require("knex")({ client: "pg" });
const mongoose = require("mongoose");
const { MongoClient, ObjectId } = require("mongodb");
const { PrismaClient } = require("@prisma/client");
const sqlite3 = require("sqlite3").verbose();
const Database = require("better-sqlite3");
const ldap = require("ldapjs");
const xpath = require("xpath");
const express = require("express");

const app = express();
const sequelize = new Sequelize("sqlite::memory:");
const prisma = new PrismaClient();
const User = mongoose.model("User", new mongoose.Schema({ name: String }));
const Item = sequelize.define("Item", { name: DataTypes.STRING });

app.get("/mysql", async (req, res) => {
  const db = await mysql.createConnection({});
  await db.query("select * from t where a = '" + req.query.a + "'"); // CWE-89
  await db.execute("select * from t where a = ?", [req.query.a]);
  await db.query({ sql: "select " + req.query.a }); // CWE-89
  await db.query("select * from t where a = " + mysql.escape(req.query.a));
});

app.get("/pg", async (req, res) => {
  const client = new Client();
  await client.query(`select * from t where a = '${req.query.a}'`); // CWE-89
  await client.query("select * from t where a = $1", [req.query.a]);
  await client.query({ text: "select * from t where a = $1", values: [req.query.a] });
  const pool = new Pool();
  const other = await pool.connect();
  await other.query("select * from t order by " + req.query.by); // CWE-89
  const columns = ["name", "age"];
  const by = columns.includes(req.query.by) ? req.query.by : "name";
  await other.query("select * from t order by " + by);
});

app.get("/sequelize", async (req, res) => {
  await sequelize.query("select * from t where a = '" + req.query.a + "'"); // CWE-89
  await sequelize.query("select * from t where a = :a", { replacements: { a: req.query.a } });
  await Item.findAll({ where: { name: String(req.query.a) } });
  await Item.findAll({ order: Sequelize.literal(req.query.by) }); // CWE-89
});

app.get("/knex", async (req, res) => {
  await knex.raw("select * from t where a = '" + req.query.a + "'"); // CWE-89
  await knex.raw("select * from t where a = ?", [req.query.a]);
  await knex("t").where("a", req.query.a);
  await knex("t").whereRaw("a = '" + req.query.a + "'"); // CWE-89
  await knex("t").whereRaw("a = ?", [req.query.a]);
});

app.get("/prisma", async (req, res) => {
  await prisma.$executeRawUnsafe("delete from t where a = '" + req.query.a + "'"); // CWE-89
  await prisma.$queryRaw`select * from t where a = ${req.query.a}`;
  await prisma.user.findMany({ where: { name: String(req.query.a) } });
});

app.get("/sqlite", (req, res) => {
  const db = new sqlite3.Database(":memory:");
  db.all("select * from t where a = '" + req.query.a + "'", () => res.end()); // CWE-89
  db.all("select * from t where a = ?", [req.query.a], () => res.end());
  const other = new Database("a.db");
  other.prepare("select * from t where a = '" + req.query.a + "'").all(); // CWE-89
  other.prepare("select * from t where a = ?").all(req.query.a);
});

app.post("/mongo", async (req, res) => {
  await User.findOne({ name: req.body.name }); // CWE-943
  await User.findOne({ name: String(req.body.name) });
  await User.findOne({ name: { $eq: req.body.name } });
  await User.findById(req.params.id);
  await User.find({ $where: "this.name == '" + req.body.name + "'" }); // CWE-943
  await User.create(req.body); // CWE-915
  await User.create({ name: String(req.body.name) });
  await User.findByIdAndUpdate(req.params.id, req.body); // CWE-915
  const client = await MongoClient.connect("mongodb://db");
  await client.db("a").collection("b").findOne({ user: req.body.user }); // CWE-943
  await client.db("a").collection("b").findOne({ _id: new ObjectId(req.body.id) });
  if (typeof req.body.user !== "string") return res.status(400).end();
  await client.db("a").collection("b").findOne({ user: req.body.user });
});

app.get("/ldap", (req, res) => {
  const client = ldap.createClient({ url: "ldaps://ldap.example.org" });
  client.search("dc=example", { filter: `(uid=${req.query.user})` }); // CWE-90
  client.search("dc=example", { filter: new ldap.EqualityFilter({ attribute: "uid", value: req.query.user }) });
});

app.get("/xpath", (req, res) => {
  xpath.select("//user[name='" + req.query.user + "']", users); // CWE-643
  xpath.select("//user", users);
});
