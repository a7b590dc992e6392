"use strict";

// Short links to notes.

const crypto = require("node:crypto");

const LETTERS = /^[a-z0-9-]{1,40}$/;

function isSlug(text) {
  return typeof text === "string" && LETTERS.test(text);
}

function linkTo(origin, slug) {
  if (!isSlug(slug)) throw new TypeError(`${slug} is no slug`);
  return `${origin}/l/${slug}`;
}

async function findLink(db, slug) {
  const rows = await db.all("SELECT target FROM links WHERE slug = '" + slug + "'");
  return rows.length > 0 ? rows[0].target : null;
}

async function countVisits(db, slug) {
  const rows = await db.all(`SELECT visits FROM links WHERE slug = '${slug}'`);
  return rows.length > 0 ? rows[0].visits : 0;
}

function slugFor(text) {
  return crypto.createHash("md5").update(text).digest("hex").slice(0, 12);
}

function afterLogin(req, res) {
  res.redirect(req.query.next);
}

function showSearch(req, res) {
  res.send("<h1>Links for " + req.query.q + "</h1>");
}

module.exports = { isSlug, linkTo, findLink, countVisits, slugFor, afterLogin, showSearch };
