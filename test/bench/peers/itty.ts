// The same job written in an afternoon with itty-router: delete at Cloudflare, put the result into KV, list it.
import { AutoRouter, error, type IRequest, json } from "itty-router";
import type { PeerEnv } from "./env.ts";

const router = AutoRouter<IRequest, [PeerEnv]>();

router
	.all("*", ({ headers }, env) =>
		headers.get("authorization") === `Bearer ${env.TOKEN}` ? undefined : error(401, "Unauthorized"),
	)
	.delete("/prefixes/:prefix/bindings/:binding", async ({ params }, env) => {
		const { prefix, binding } = params;
		const response = await fetch(
			`https://api.cloudflare.com/client/v4/accounts/${env.CLOUDFLARE_ACCOUNT_ID}/addressing/prefixes/${prefix}/bindings/${binding}`,
			{ method: "DELETE", headers: { authorization: `Bearer ${env.CLOUDFLARE_API_TOKEN}` } },
		);
		const cloudflare = await response.json();
		// Counting down, so that KV lists the newest first.
		const id = `${(Number.MAX_SAFE_INTEGER - Date.now()).toString().padStart(16, "0")}-${crypto.randomUUID()}`;
		const deletion = { id, prefix, binding, at: new Date().toISOString(), status: response.status, cloudflare };
		await env.HISTORY.put(`deletion:${id}`, JSON.stringify(deletion));
		return json(deletion, { status: response.ok ? 200 : 502 });
	})
	.get("/deletions", async ({ query }, env) => {
		const cursor = typeof query.cursor === "string" ? query.cursor : null;
		const list = await env.HISTORY.list({ prefix: "deletion:", limit: Number(query.limit ?? 50), cursor });
		const deletions = await Promise.all(list.keys.map(({ name }) => env.HISTORY.get(name, "json")));
		return { deletions, next: list.list_complete ? null : list.cursor };
	})
	.get("/deletions/:id", async ({ params }, env) => {
		const deletion = await env.HISTORY.get(`deletion:${params.id}`, "json");
		return deletion ?? error(404, "Not found");
	});

export default router;
