// The same job written in an afternoon with hono: delete at Cloudflare, put the result into KV, list it.
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import type { PeerEnv } from "./env.ts";

const app = new Hono<{ Bindings: PeerEnv }>();

app.use(bearerAuth<{ Bindings: PeerEnv }>({ verifyToken: (token, c) => token === c.env.TOKEN }));

app.delete("/prefixes/:prefix/bindings/:binding", async (c) => {
	const { prefix, binding } = c.req.param();
	const response = await fetch(
		`https://api.cloudflare.com/client/v4/accounts/${c.env.CLOUDFLARE_ACCOUNT_ID}/addressing/prefixes/${prefix}/bindings/${binding}`,
		{ method: "DELETE", headers: { authorization: `Bearer ${c.env.CLOUDFLARE_API_TOKEN}` } },
	);
	const cloudflare = await response.json();
	// Counting down, so that KV lists the newest first.
	const id = `${(Number.MAX_SAFE_INTEGER - Date.now()).toString().padStart(16, "0")}-${crypto.randomUUID()}`;
	const deletion = { id, prefix, binding, at: new Date().toISOString(), status: response.status, cloudflare };
	await c.env.HISTORY.put(`deletion:${id}`, JSON.stringify(deletion));
	return Response.json(deletion, { status: response.ok ? 200 : 502 });
});

app.get("/deletions", async (c) => {
	const { limit = "50", cursor = null } = c.req.query();
	const list = await c.env.HISTORY.list({ prefix: "deletion:", limit: Number(limit), cursor });
	const deletions = await Promise.all(list.keys.map(({ name }) => c.env.HISTORY.get(name, "json")));
	return c.json({ deletions, next: list.list_complete ? null : list.cursor });
});

app.get("/deletions/:id", async (c) => {
	const deletion = await c.env.HISTORY.get(`deletion:${c.req.param("id")}`, "json");
	return deletion === null ? c.json({ error: "Not found" }, 404) : c.json(deletion);
});

export default app;
