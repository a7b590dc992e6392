"use strict";

const assert = require("node:assert");
const { test } = require("node:test");
const links = require("./links.js");

// Stands for the database: takes the slug from the parameters, or from the text of the query.
const db = {
  async all(sql, parameters) {
    const slug = parameters ? parameters[0] : /slug = '([^']*)'/.exec(sql)[1];
    return slug === "docs" ? [{ target: "/notes/1", visits: 3 }] : [];
  },
};

test("a link is found by its slug", async () => {
  assert.strictEqual(await links.findLink(db, "docs"), "/notes/1");
  assert.strictEqual(await links.findLink(db, "none"), null);
});

test("visits are counted", async () => {
  assert.strictEqual(await links.countVisits(db, "docs"), 3);
  assert.strictEqual(await links.countVisits(db, "none"), 0);
});

test("a text has one slug", () => {
  assert.strictEqual(links.slugFor("a note"), links.slugFor("a note"));
  assert.ok(links.isSlug(links.slugFor("a note")));
});

test("a login goes on where it came from", () => {
  const res = { redirect: (to) => (res.to = to) };
  links.afterLogin({ query: { next: "/notes/1" } }, res);
  assert.strictEqual(res.to, "/notes/1");
});
