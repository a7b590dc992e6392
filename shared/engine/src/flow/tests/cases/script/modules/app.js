const express = require("express");
const orders = require("./lib/orders");
const { runReport, runSafely } = require("./lib");
const Mailer = require("./lib/mailer");

const app = express();
const mailer = new Mailer("/usr/sbin/sendmail");

app.get("/orders", async (req, res) => {
  res.json(await orders.byCustomer(req.query.customer));
});

app.get("/orders/:id", async (req, res) => {
  res.json(await orders.byId(req.params.id));
});

app.post("/report", (req, res) => {
  runReport(req.body.name);
  runSafely(req.body.name);
  mailer.send(req.body?.to);
  res.end();
});

app.use("/items", require("./lib/items.routes"));
