// The upper limit: a Worker that answers a constant. Like unbind it has a Durable Object, so that a start loads the
// same runtime. `/ledger` calls the object, which shows what such a call costs by itself.
import { DurableObject } from "cloudflare:workers";

interface Env {
	LEDGER: DurableObjectNamespace<Ledger>;
}

export class Ledger extends DurableObject {
	version(): string {
		return "constant";
	}
}

const headers = { "content-type": "application/json" };

export default {
	async fetch(request, env) {
		if (new URL(request.url).pathname !== "/ledger") return new Response('{"ok":true}', { headers });
		return new Response(`{"ok":"${await env.LEDGER.getByName("ledger").version()}"}`, { headers });
	},
} satisfies ExportedHandler<Env>;
