import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import vm from "node:vm";
import { exec, execSync, spawn, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import http from "node:http";
import { URL } from "node:url";
import yaml from "js-yaml";
import serialize from "node-serialize";
import AdmZip from "adm-zip";
import tar from "tar";

const run = promisify(exec);

const server = http.createServer(async (req, res) => {
  const url = new URL(req.url, "http://localhost");
  const name = url.searchParams.get("name");
  await run("ls " + name); // CWE-78
  execSync(`ls ${name}`); // CWE-78
  spawn("ls", [name]);
  spawnSync("ls", [name], { shell: true }); // CWE-78
  eval(name); // CWE-94
  new Function("a", name)(); // CWE-94
  vm.runInNewContext(name); // CWE-94
  setTimeout("go('" + name + "')", 10); // CWE-94
  setTimeout(() => go(name), 10);
  serialize.unserialize(name); // CWE-502
  yaml.load(name);
  fs.readFileSync("/srv/" + name); // CWE-22
  fs.promises.unlink(path.join("/srv", name)); // CWE-22
  res.end("<p>" + name + "</p>"); // CWE-79
  if (!/^[a-z]+$/.test(name)) {
    return res.end();
  }
  execSync("ls " + name);
});

server.listen(3000);

export function temporary() {
  fs.writeFileSync("/tmp/state.json", "{}"); // CWE-377
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "app-"));
  fs.writeFileSync(path.join(folder, "state.json"), "{}");
}

export function modes() {
  fs.chmodSync("/srv/a", 0o777); // CWE-732
  fs.chmodSync("/srv/a", 0o600);
  fs.writeFileSync("/srv/a", "x", { mode: 0o666 }); // CWE-732
  fs.mkdirSync("/srv/b", { mode: 0o777 }); // CWE-732
}

export function patterns(text) {
  /^(a+)+$/.test(text); // CWE-1333
  /^a+$/.test(text);
}

export function main() {
  execSync("make " + process.argv[2]); // CWE-78
}

function go(x) {
  return x;
}
