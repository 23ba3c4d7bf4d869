// The Worker's entry for the chaos: the bundle as it ships, with a KV that can refuse. No production code has a switch
// for that, so it is done around the code: what the bundle gets as `HISTORY` is the real namespace, whose `put` first
// asks the harness, and throws what KV throws when it is to be refused. Beside that, it shows what no door shows: the
// Ledger's own rows and KV's keys, as they are, for the judge.
import unbind, { Ledger as Shipped } from "./index.js";

const refusing = (env) => ({
	...env,
	HISTORY: new Proxy(env.HISTORY, {
		get(kv, name) {
			if (name === "put") return (...written) => put(kv, written);
			const member = Reflect.get(kv, name);
			return typeof member === "function" ? member.bind(kv) : member;
		},
	}),
});

async function put(kv, written) {
	const response = await fetch(`http://kv.chaos/?key=${encodeURIComponent(written[0])}`);
	const order = await response.text();
	if (order !== "refuse") await kv.put(...written);
	if (order !== "accept") throw new Error("KV PUT failed: 429 Too Many Requests");
}

export class Ledger extends Shipped {
	constructor(ctx, env) {
		super(ctx, refusing(env));
	}

	rows(afterId) {
		const query = `SELECT id, open, settle_at, publish_at, record FROM deletions WHERE id > ? ORDER BY id LIMIT 500`;
		return this.ctx.storage.sql.exec(query, afterId).toArray();
	}

	unfinished() {
		const query = `SELECT id, state, settle_at, publish_at FROM deletions
			WHERE open = 1 OR settle_at IS NOT NULL OR publish_at IS NOT NULL`;
		return this.ctx.storage.sql.exec(query).toArray();
	}
}

async function published(kv, cursor) {
	const { keys, ...page } = await kv.list({ cursor, limit: 500 });
	const values = await Promise.all(keys.map(({ name }) => kv.get(name)));
	return {
		keys: keys.map(({ name, metadata }, number) => ({ name, metadata, value: values[number] })),
		cursor: page.list_complete ? null : page.cursor,
	};
}

const environments = new WeakMap();

export default {
	async fetch(request, env, context) {
		const { pathname, searchParams } = new URL(request.url);
		const ledger = env.LEDGER.getByName(env.CLOUDFLARE_ACCOUNT_ID);
		switch (pathname) {
			case "/chaos/rows":
				return Response.json(await ledger.rows(searchParams.get("after") ?? ""));
			case "/chaos/unfinished":
				return Response.json(await ledger.unfinished());
			case "/chaos/published":
				return Response.json(await published(env.HISTORY, searchParams.get("cursor")));
		}
		// One for each, as the bundle remembers its configuration by it.
		if (!environments.has(env)) environments.set(env, refusing(env));
		return unbind.fetch(request, environments.get(env), context);
	},
};
