const fs = require("fs");
const path = require("node:path");
const { exec, execFile, spawn } = require("child_process");
const express = require("express");
const escapeHtml = require("escape-html");
const multer = require("multer");
const _ = require("lodash");

const app = express();
const router = express.Router();
const upload = multer({ dest: "/srv/up" });
const ROOT = path.resolve("/srv/files");

app.get("/hi", (req, res) => {
  res.send(`<p>${req.query.name}</p>`); // CWE-79
});

app.get("/hi-safe", (req, res) => {
  res.send(`<p>${escapeHtml(req.query.name)}</p>`);
});

app.get("/hi-json", (req, res) => {
  res.json({ name: req.query.name });
});

app.get("/hi-view", (req, res) => {
  res.render("hi", { name: req.query.name });
});

app.get("/hi-text", (req, res) => {
  res.type("text/plain").send(req.query.name);
});

router.route("/user/:id").get(async (req, res) => {
  const { id } = req.params;
  res.status(404).send("no user " + id); // CWE-79
});

app.get("/file/:name", (req, res) => {
  res.sendFile(path.join(ROOT, req.params.name)); // CWE-22
});

app.get("/file-root/:name", (req, res) => {
  res.sendFile(req.params.name, { root: ROOT });
});

app.get("/file-checked/:name", (req, res) => {
  const file = path.resolve(ROOT, req.params.name);
  if (!file.startsWith(ROOT + path.sep)) {
    return res.status(403).end();
  }
  fs.createReadStream(file).pipe(res);
});

app.get("/file-relative/:name", (req, res) => {
  const file = path.resolve(ROOT, req.params.name);
  const inside = path.relative(ROOT, file);
  if (inside.startsWith("..") || path.isAbsolute(inside)) {
    return res.sendStatus(403);
  }
  fs.createReadStream(file).pipe(res);
});

app.get("/file-base/:name", (req, res) => {
  fs.readFile(path.join(ROOT, path.basename(req.params.name)), (error, data) => res.end(data));
});

app.get("/go", (req, res) => {
  res.redirect(req.query.to); // CWE-601
});

app.get("/go-safe", (req, res) => {
  const to = String(req.query.to || "/");
  if (!to.startsWith("/") || to.startsWith("//")) return res.redirect("/");
  res.redirect(to);
});

app.get("/go-listed", (req, res) => {
  const pages = { home: "/", help: "/help" };
  res.redirect(pages[req.query.page] || "/");
});

app.post("/ping", (req, res) => {
  exec(`ping -c 1 ${req.body.host}`, (error, out) => res.json({ out })); // CWE-78
  execFile("ping", ["-c", "1", req.body.host], (error, out) => res.json({ out }));
  spawn("sh", ["-c", "ping " + req.body.host]); // CWE-78
  spawn("ping " + req.body.host, { shell: true }); // CWE-78
  exec("ping -c 1 " + parseInt(req.body.count, 10));
});

app.post("/listed", (req, res) => {
  const allowed = ["start", "stop"];
  if (!allowed.includes(req.body.action)) {
    return res.status(400).end();
  }
  exec("service app " + req.body.action);
});

app.post("/set", (req, res) => {
  const options = {};
  options[req.body.section][req.body.key] = req.body.value; // CWE-1321
  _.merge(options, req.body); // CWE-1321
  _.merge(options, { a: 1 });
  res.json(options);
});

app.post("/cookie", (req, res) => {
  res.cookie("a", "b", { secure: false, httpOnly: true }); // CWE-614
  res.cookie("a", "b", { secure: true, httpOnly: false }); // CWE-1004
  res.cookie("a", "b", { secure: true, httpOnly: true, sameSite: "lax" });
});

app.post("/header", (req, res) => {
  res.setHeader("X-Trace", req.get("X-Trace")); // CWE-113
  res.set("X-Version", "1");
});

app.post("/session", (req, res) => {
  req.session.role = req.body.role; // CWE-501
  req.session.seen = Date.now();
});

app.post("/log", (req, res) => {
  console.log("user " + req.body.user); // CWE-117
  console.log(JSON.stringify({ user: req.body.user }));
});

app.get("/fail", async (req, res) => {
  try {
    res.json(await work());
  } catch (error) {
    res.status(500).send(error.stack); // CWE-209
  }
});

app.get("/fail-safe", async (req, res, next) => {
  try {
    res.json(await work());
  } catch (error) {
    next(error);
  }
});

app.post("/upload", upload.single("file"), (req, res) => {
  fs.renameSync(req.file.path, "/srv/up/" + req.file.originalname); // CWE-22 CWE-434
  res.end();
});

app.get("/regex", (req, res) => {
  new RegExp(req.query.p).test("a"); // CWE-1333
  new RegExp(_.escapeRegExp(req.query.p)).test("a");
});

function tenant(req, res, next) {
  exec("switch " + req.headers["x-tenant"], next); // CWE-78
}

app.get("/tenant", tenant, (req, res) => {
  res.end("done");
});

app.use((error, req, res, next) => {
  res.status(500).json({ stack: error.stack }); // CWE-209
});

app.get("/require", (req, res) => {
  require("./plugins/" + req.query.name); // CWE-470
  const handlers = { a: work };
  handlers[req.query.name]();
});

async function work() {
  return 1;
}

app.use("/api", router);

const { z } = require("zod");
const { body, validationResult } = require("express-validator");
const Body = z.object({ name: z.string(), size: z.number() });

app.post("/schema", (req, res) => {
  const { data } = Body.safeParse(req.body);
  exec("make " + data.name); // CWE-78
  res.end();
});

class Reports {
  constructor(folder) {
    this.folder = folder;
  }

  async show(req, res) {
    const name = req.params?.name ?? "all";
    res.send(await fs.promises.readFile(`${this.folder}/${name}`)); // CWE-22 CWE-79
  }
}

const reports = new Reports("/srv/reports");
app.get("/reports/:name", (req, res) => reports.show(req, res));
app.get("/reports-bound/:name", reports.show.bind(reports));
