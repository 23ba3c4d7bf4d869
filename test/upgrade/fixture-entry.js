// The Worker's entry for making a fixture: a release as it ships, on a clock that is set by hand, years ahead, so that
// no alarm fires by itself. Its KV can refuse writes, and it shows everything it has stored.
import unbind, { Ledger as Shipped } from "./index.js";

let nowMs = Date.now();
Date.now = () => nowMs;

let refusesWrites = false;
const environments = new WeakMap();

function around(env) {
	const known = environments.get(env);
	if (known !== undefined) return known;
	const HISTORY = new Proxy(env.HISTORY, {
		get(kv, name) {
			if (name === "put" && refusesWrites) return () => Promise.reject(new Error("KV PUT failed: 429"));
			const member = Reflect.get(kv, name);
			return typeof member === "function" ? member.bind(kv) : member;
		},
	});
	const made = { ...env, HISTORY };
	environments.set(env, made);
	return made;
}

export class Ledger extends Shipped {
	constructor(ctx, env) {
		super(ctx, around(env));
	}

	/** `alarm` cannot be called by its own name. */
	wake() {
		return this.alarm();
	}

	async stored() {
		const { storage } = this.ctx;
		const all = storage.sql
			.exec("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
			.toArray()
			.filter(({ name }) => !/^(?:_cf_|sqlite_)/.test(name));
		const tables = all.filter(({ type }) => type === "table").map(({ name }) => name);
		return {
			schema: all.map(({ sql }) => sql),
			tables: Object.fromEntries(
				tables.map((name) => [name, storage.sql.exec(`SELECT * FROM ${name} ORDER BY 1, 2`).toArray()]),
			),
			alarmAtMs: await storage.getAlarm(),
		};
	}
}

async function keysOf(kv) {
	const { keys, list_complete } = await kv.list();
	if (!list_complete) throw new Error("too many keys for a fixture");
	return Promise.all(
		keys.map(async ({ name, metadata }) => ({ key: name, value: await kv.get(name), metadata: metadata ?? null })),
	);
}

export default {
	async fetch(request, env, context) {
		const { pathname, searchParams } = new URL(request.url);
		const ledger = env.LEDGER.getByName(env.CLOUDFLARE_ACCOUNT_ID);
		switch (pathname) {
			case "/fixture/clock":
				nowMs = Number(searchParams.get("now"));
				return new Response();
			case "/fixture/writes":
				refusesWrites = searchParams.get("refused") === "true";
				return new Response();
			case "/fixture/alarm":
				await ledger.wake();
				return new Response();
			case "/fixture/stored":
				return Response.json({ ...(await ledger.stored()), kv: await keysOf(env.HISTORY) });
		}
		return unbind.fetch(request, around(env), context);
	},
};
