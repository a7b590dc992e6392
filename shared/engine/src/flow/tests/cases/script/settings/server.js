const fs = require("fs");
const cors = require("cors");
const csrf = require("csurf");
const express = require("express");
const session = require("express-session");

const app = express();

app.use(session({ secret: "a-secret-of-ours", cookie: { secure: true } })); // CWE-798
app.use(session({ secret: process.env.SECRET, cookie: { secure: false } })); // CWE-614
app.use(session({ secret: process.env.SECRET, cookie: { secure: true, httpOnly: false } })); // CWE-1004
app.use(session({ secret: process.env.SECRET, cookie: { secure: true, httpOnly: true } }));
app.use(cors({ origin: "*", credentials: true })); // CWE-942
app.use(cors({ origin: "https://example.org", credentials: true }));
app.use(csrf({ ignoreMethods: ["GET", "POST"] })); // CWE-352
app.use(csrf());

function login(user, password) {
  console.log("login of", user, password); // CWE-532
  console.log("login of", user.id);
  fs.writeFileSync("/srv/users.txt", password); // CWE-312
  localStorage.setItem("password", password); // CWE-312
  localStorage.setItem("theme", "dark");
}
