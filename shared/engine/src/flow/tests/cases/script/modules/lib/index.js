const { execSync, execFileSync } = require("child_process");

exports.runReport = (name) => execSync("report " + name); // CWE-78
exports.runSafely = (name) => execFileSync("report", ["--", name]);
exports.unused = (name) => name;
