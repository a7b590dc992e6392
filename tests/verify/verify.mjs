// Verifies one signed request with the official libraries. Standard input: {kind, secret, headers, body (base64)}.
import { readFileSync } from "node:fs";
import { verify } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";

const { kind, secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
const text = Buffer.from(body, "base64").toString("utf8");
if (kind === "github") {
  if (!(await verify(secret, text, headers["x-hub-signature-256"]))) throw new Error("not GitHub's signature");
} else {
  new Webhook(secret).verify(text, headers);
}
