"use strict";

// Short links to notes.

const LETTERS = /^[a-z0-9-]{1,40}$/;

function isSlug(text) {
  return typeof text === "string" && LETTERS.test(text);
}

function linkTo(origin, slug) {
  if (!isSlug(slug)) throw new TypeError(`${slug} is no slug`);
  return `${origin}/l/${slug}`;
}

module.exports = { isSlug, linkTo };
