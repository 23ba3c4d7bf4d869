// unbind as it ships, with its calls to KV, the Ledger and the Ledger's database counted. `/counts` returns the counts
// and resets them.

import type { Env } from "../../src/config.ts";
import worker, { Ledger as Shipped } from "../../src/index.ts";

let counts: Record<string, number> = {};
const count = (what: string, by = 1): void => {
	counts[what] = (counts[what] ?? 0) + by;
};

/** Calls the method on the real object, which does not accept a proxy as `this`. */
function counted<Target extends object>(target: Target, onCall: (name: string) => void): Target {
	return new Proxy(target, {
		get(_, name) {
			const member: unknown = Reflect.get(target, name);
			if (typeof member !== "function") return member;
			return (...values: unknown[]) => {
				onCall(String(name));
				return Reflect.apply(member, target, values);
			};
		},
	});
}

let isWritten = false;

/** What has been written becomes durable, together, before anything leaves the object: a call, or the answer. */
function countCommit(): void {
	if (isWritten) count("commits");
	isWritten = false;
}

const { fetch: fetchOut } = globalThis;
globalThis.fetch = (...given) => {
	countCommit();
	return fetchOut(...given);
};

const onKv = (name: string): void => {
	countCommit();
	count(`kv_${name}`);
};

const environments = new WeakMap<Env, Env>();

/** One for each environment of the platform's, because the configuration is read once per environment. */
function countedEnv(env: Env): Env {
	let known = environments.get(env);
	if (known === undefined) {
		const ledger = { getByName: (name: string) => counted(env.LEDGER.getByName(name), () => count("ledger")) };
		known = { ...env, HISTORY: counted(env.HISTORY, onKv), LEDGER: ledger };
		environments.set(env, known);
	}
	return known;
}

/** The number of rows is known once a cursor has been read to its end. */
function countedSql(sql: SqlStorage): SqlStorage {
	return new Proxy(sql, {
		get(_, name) {
			if (name !== "exec") return Reflect.get(sql, name);
			return (query: string, ...values: unknown[]) => {
				const cursor = sql.exec(query, ...values);
				const rows = cursor.toArray();
				count("rows_read", cursor.rowsRead);
				count("rows_written", cursor.rowsWritten);
				if (cursor.rowsWritten > 0) isWritten = true;
				return { toArray: () => rows, one: () => rows[0] };
			};
		},
	});
}

export class Ledger extends Shipped {
	constructor(ctx: DurableObjectState, env: Env) {
		// The platform accepts no proxy for its state, so the counting is put into the state itself.
		const { storage } = ctx;
		const setAlarm = storage.setAlarm.bind(storage);
		Object.defineProperty(storage, "setAlarm", {
			value: (atMs: number) => {
				count("alarm_set");
				return setAlarm(atMs);
			},
		});
		Object.defineProperty(storage, "sql", { value: countedSql(storage.sql) });
		Object.defineProperty(ctx, "storage", { value: storage });
		super(ctx, countedEnv(env));
	}
}

export default {
	async fetch(request, env) {
		if (new URL(request.url).pathname !== "/counts") return worker.fetch(request, countedEnv(env));
		countCommit();
		const told = counts;
		counts = {};
		return Response.json(told);
	},
} satisfies ExportedHandler<Env>;
