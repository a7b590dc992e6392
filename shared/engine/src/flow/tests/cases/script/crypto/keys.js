const crypto = require("crypto");
const jwt = require("jsonwebtoken");
const bcrypt = require("bcrypt");

const apiKey = "k9Qz7LmN2pR4tV6x"; // CWE-798
const dbPassword = process.env.DB_PASSWORD;

function digests(data, password, salt) {
  crypto.createHash("md5").update(data); // CWE-328
  crypto.createHash("sha1").update(data); // CWE-328
  crypto.createHash("sha256").update(data);
  crypto.pbkdf2Sync(password, salt, 1000, 32, "sha256"); // CWE-326
  crypto.pbkdf2Sync(password, salt, 600000, 32, "sha256");
  bcrypt.hashSync(password, 4); // CWE-326
  bcrypt.hashSync(password, 12);
}

function ciphers(key, iv) {
  crypto.createCipheriv("des-ede3-cbc", key, iv); // CWE-327
  crypto.createCipheriv("aes-128-ecb", key, null); // CWE-327
  crypto.createCipheriv("aes-256-gcm", key, crypto.randomBytes(12));
  crypto.createCipheriv("aes-256-cbc", key, "0123456789abcdef"); // CWE-329
}

function keys() {
  crypto.generateKeyPairSync("rsa", { modulusLength: 1024 }); // CWE-326
  crypto.generateKeyPairSync("rsa", { modulusLength: 3072 });
}

function tokens() {
  const token = Math.random().toString(36).slice(2); // CWE-330
  const delay = Math.random() * 1000;
  const id = crypto.randomUUID();
  const sessionId = Math.floor(Math.random() * 1e9); // CWE-330
  return { token, delay, id, sessionId };
}

function check(token) {
  jwt.verify(token, process.env.KEY, { algorithms: ["HS256"] });
  jwt.verify(token, "constant-key-of-ours"); // CWE-798
  jwt.verify(token, process.env.KEY, { algorithms: ["none"] }); // CWE-347
}
