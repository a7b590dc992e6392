import Fastify, { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { execSync } from "child_process";

const app = Fastify({ logger: true });

app.get("/hi", async (request, reply) => {
  reply.type("text/html").send("<p>" + request.query.name + "</p>"); // CWE-79
});

app.post("/run", async (request: FastifyRequest<{ Body: { command: string } }>, reply: FastifyReply) => {
  const { command } = request.body;
  execSync("run " + command); // CWE-78
  return { ok: true };
});

app.get("/go", async (request, reply) => {
  return reply.redirect(request.query.to); // CWE-601
});

export default async function plugin(fastify: FastifyInstance) {
  fastify.get("/user/:id", async (request, reply) => {
    const { id } = request.params as { id: string };
    return fastify.pg.query(`select * from users where id = ${id}`); // CWE-89
  });
  fastify.get("/safe/:id", async (request) => {
    return fastify.pg.query("select * from users where id = $1", [request.params.id]);
  });
}
