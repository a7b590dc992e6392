// Verifies one signed request with the official libraries. Standard input: {kind, secret, headers, body (base64)}; for
// the kind "v1a", which they do not know, the keys of a JSON Web Key Set, of which each must have signed.
import { createPublicKey, verify as verifySignature } from "node:crypto";
import { readFileSync } from "node:fs";
import { verify } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";

const { kind, secret, keys, headers, body } = JSON.parse(readFileSync(0, "utf8"));
const text = Buffer.from(body, "base64").toString("utf8");
if (kind === "github") {
  if (!(await verify(secret, text, headers["x-hub-signature-256"]))) throw new Error("not GitHub's signature");
} else if (kind === "v1a") {
  const message = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${text}`);
  const entries = headers["webhook-signature"].split(" ").filter((entry) => entry.startsWith("v1a,"));
  const signatures = entries.map((entry) => Buffer.from(entry.slice(4), "base64"));
  const signed = ({ kty, crv, x }) => {
    const key = createPublicKey({ key: { kty, crv, x }, format: "jwk" });
    return signatures.some((signature) => verifySignature(null, message, key, signature));
  };
  if (keys.length === 0 || !keys.every(signed)) throw new Error("a key has signed nothing");
} else {
  new Webhook(secret).verify(text, headers);
}
