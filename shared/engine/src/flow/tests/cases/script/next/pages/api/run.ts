import type { NextApiRequest, NextApiResponse } from "next";
import { exec } from "child_process";

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  if (req.method !== "POST") return res.status(405).end();
  exec("run " + req.body.command); // CWE-78
  res.redirect(req.query.to as string); // CWE-601
}
