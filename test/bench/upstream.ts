// A Cloudflare account that answers at once, or after DELAY_MS, from within the same workerd, so that unbind is
// measured and not the imitation. Same shapes, no faults. A deleted binding is back at once under a new id, because
// Cloudflare never reuses ids, so the account never runs empty.
import { account } from "./account.ts";

interface Env {
	DELAY_MS: number;
}

const prefixes = account.prefixes.map(({ id, cidr }) => ({ id, cidr, approved: "V", advertised: true }));
const bindings = new Map(account.prefixes.map(({ id, bindings }) => [id, bindings.map((binding) => ({ ...binding }))]));
const calls = { GET: 0, DELETE: 0 };
let made = 0;

export default {
	async fetch(request, env) {
		const { hostname, pathname } = new URL(request.url);
		// A destination of notifications, which takes everything.
		if (hostname.endsWith(".example.com")) return new Response(null, { status: 204 });
		if (pathname === "/calls") return Response.json(calls);
		if (env.DELAY_MS > 0) await scheduler.wait(env.DELAY_MS);
		if (request.method === "DELETE") calls.DELETE++;
		else calls.GET++;
		const [, , , , , , , prefixId, , bindingId] = pathname.split("/");
		if (prefixId === undefined) return answer(prefixes);
		const inPrefix = bindings.get(prefixId) ?? [];
		if (request.method !== "DELETE") return answer(inPrefix);
		const binding = inPrefix.find(({ id }) => id === bindingId);
		if (binding === undefined) return answer(null, 404);
		made++;
		binding.id = `c01e${made.toString(16).padStart(28, "0")}`;
		return answer(undefined);
	},
} satisfies ExportedHandler<Env>;

/** Reports the rate limit as Cloudflare does, and it is never used up. */
const answer = (result: unknown, status = 200): Response =>
	Response.json(
		{ errors: [], messages: [], success: status === 200, result },
		{ status, headers: { ratelimit: '"default";r=1199;t=300', "cf-ray": "8f0000000000beef-AMS" } },
	);
