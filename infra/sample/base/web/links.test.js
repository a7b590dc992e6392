"use strict";

const assert = require("node:assert");
const { test } = require("node:test");
const { isSlug, linkTo } = require("./links.js");

test("a slug is short and plain", () => {
  assert.ok(isSlug("shopping-list"));
  assert.ok(!isSlug("Shopping list"));
  assert.ok(!isSlug(7));
});

test("a link has its slug", () => {
  assert.strictEqual(linkTo("https://notes.example", "a-1"), "https://notes.example/l/a-1");
  assert.throws(() => linkTo("https://notes.example", "../x"), TypeError);
});
