// The limit: a Worker that answers a constant. It has an object as unbind has its Ledger, so that a start brings up the
// same runtime; `/ledger` asks it, and shows what one such call costs by itself.
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
