import axios from "axios";
import https from "node:https";
import got from "got";
import tls from "tls";
import express, { Request, Response } from "express";

const app = express();
const HOSTS = new Set(["api.example.org"]);
const api = axios.create({ baseURL: "https://api.example.org" });

app.get("/a", async (req: Request, res: Response) => {
  const url = req.query.url as string;
  await axios.get(url); // CWE-918
  await fetch(url); // CWE-918
  await got(url); // CWE-918
  https.get(url); // CWE-918
  await axios({ method: "get", url }); // CWE-918
  await fetch(`https://${req.query.host}/status`); // CWE-918
});

app.get("/b", async (req: Request, res: Response) => {
  const url = new URL(req.query.url as string);
  if (!HOSTS.has(url.hostname)) {
    return res.sendStatus(400);
  }
  await fetch(url);
});

app.get("/c", async (req: Request, res: Response) => {
  await fetch("https://api.example.org/items/" + encodeURIComponent(req.query.id as string));
  await axios.get("https://api.example.org/items", { params: { id: req.query.id } });
  await api.get("/items", { params: req.query });
});

export const agent = new https.Agent({ rejectUnauthorized: false }); // CWE-295
export const checked = new https.Agent({ ca: "-----BEGIN CERTIFICATE-----" });
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // CWE-295
tls.connect({ port: 443, minVersion: "TLSv1" }); // CWE-327

export async function login(user: string, password: string) {
  await axios.post("http://api.example.org/login", { user, password }); // CWE-319
  await axios.post("https://api.example.org/login", { user, password });
  await axios.post("http://localhost:3000/login", { user, password });
}
