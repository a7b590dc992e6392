const libxmljs = require("libxmljs");
const { XMLParser } = require("fast-xml-parser");
const ejs = require("ejs");
const Handlebars = require("handlebars");
const pug = require("pug");
const nunjucks = require("nunjucks");
const express = require("express");

const app = express();

app.post("/xml", (req, res) => {
  libxmljs.parseXml(req.body, { noent: true }); // CWE-611
  libxmljs.parseXml(req.body);
  libxmljs.parseXml(req.body, { huge: true }); // CWE-776
  new XMLParser().parse(req.body);
});

app.post("/template", (req, res) => {
  ejs.render(req.body.t, {}); // CWE-1336
  Handlebars.compile(req.body.t)({}); // CWE-1336
  pug.compile(req.body.t); // CWE-1336
  nunjucks.renderString(req.body.t, {}); // CWE-1336
  ejs.render("<p><%= name %></p>", { name: req.body.t });
});

nunjucks.configure("views", { autoescape: false }); // CWE-79
nunjucks.configure("views", { autoescape: true });
