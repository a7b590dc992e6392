import { execSync } from "child_process";
import express from "express";

const app = express();

app.post("/a", (req, res) => {
  const { command = "ls", list: [first] = [], ...rest } = req.body;
  execSync(command); // CWE-78
  execSync(first); // CWE-78
  execSync(rest.other); // CWE-78
  const copy = { ...req.body, safe: "ls" };
  execSync(copy.safe);
  execSync(copy.command); // CWE-78
  const parts = ["ls", ...req.body.parts];
  execSync(parts.join(" ")); // CWE-78
  execSync(["ls", "-l"].join(" "));
});

app.post("/b", async (req, res) => {
  const command = await Promise.resolve(req.body.command);
  execSync(command); // CWE-78
  load(req).then((c) => execSync(c)); // CWE-78
  req.body.commands.forEach((c) => execSync(c)); // CWE-78
  req.body.counts.map(Number).forEach((n) => execSync(`seq ${n}`));
  for (const c of req.body.commands) {
    execSync(c); // CWE-78
  }
  for (const [key, value] of Object.entries(req.query)) {
    execSync(`${key}=${value}`); // CWE-78
  }
});

app.post("/c", (req, res) => {
  const run = () => {
    execSync(command); // CWE-78
  };
  const command = req.body?.command ?? "ls";
  run();
});

app.post("/d", (req, res) => {
  let command;
  switch (req.body.action) {
    case "start":
      command = "service start";
      break;
    case "stop":
      command = "service stop";
      break;
    default:
      return res.sendStatus(400);
  }
  execSync(command);
});

app.post("/e", (req, res) => {
  const command = req.body.command;
  if (command !== "start" && command !== "stop") {
    throw new Error("no such command");
  }
  execSync(command);
});

app.post("/f", (req, res) => {
  const n = Number(req.body.n);
  if (Number.isNaN(n)) return res.end();
  execSync(`seq ${n}`);
  execSync(`seq ${+req.body.n}`);
  const commands = { start: "service start" };
  const chosen = commands[req.body.action];
  if (chosen) execSync(chosen);
  execSync(req.body.flag ? "ls -l" : "ls");
});

app.post("/g", (req, res) => {
  class Job {
    static of(text) {
      return new Job(text);
    }
    constructor(text) {
      this.text = text;
    }
    get command() {
      return `ls ${this.text}`;
    }
    run() {
      execSync(this.command); // CWE-78
    }
  }
  Job.of(req.body.text).run();
  execSync(new Job(req.body.text).command); // CWE-78
});

app.post("/h", (req, res) => {
  const map = new Map();
  map.set("a", req.body.command);
  map.set("b", "ls");
  execSync(map.get("a")); // CWE-78
  execSync(map.get("b"));
  let text = "";
  text += req.body.command;
  execSync(text); // CWE-78
  const [one, two] = ["ls", req.body.command];
  execSync(one);
  execSync(two); // CWE-78
});

async function load(req) {
  return req.body.command;
}
