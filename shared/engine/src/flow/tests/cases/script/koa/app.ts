import Koa from "koa";
import Router from "@koa/router";
import { exec } from "node:child_process";
import { readFile } from "node:fs/promises";
import { Pool } from "pg";

const app = new Koa();
const router = new Router();
const pool = new Pool();

router.get("/hi/:name", async (ctx) => {
  ctx.body = `<p>${ctx.params.name}</p>`; // CWE-79
});

router.get("/json/:name", async (ctx) => {
  ctx.body = { name: ctx.params.name };
});

router.post("/run", async (ctx) => {
  const { command } = ctx.request.body as { command: string };
  exec(command); // CWE-78
  ctx.status = 204;
});

router.get("/go", (ctx) => {
  ctx.redirect(ctx.query.to as string); // CWE-601
});

router.get("/rows", async (ctx) => {
  const one = await pool.query(`select * from t where a = '${ctx.query.a}'`); // CWE-89
  const two = await pool.query("select * from t where a = $1", [ctx.query.a]);
  ctx.body = { one, two };
});

router.get("/file", async (ctx) => {
  ctx.body = { text: await readFile("/srv/" + ctx.query.name, "utf8") }; // CWE-22
});

app.use(async (ctx, next) => {
  ctx.set("X-Trace", ctx.get("X-Trace")); // CWE-113
  await next();
});
app.use(router.routes());
