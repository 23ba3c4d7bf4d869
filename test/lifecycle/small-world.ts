// One unbind with its own Ledger and an imitation of Cloudflare's API in the same isolate: fast enough for thousands of
// commands. It sees each DELETE together with the bindings at that very moment.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { OrderInput } from "../../sandbox/imitation/faults.ts";
import { createImitation } from "../../sandbox/imitation/imitation.ts";
import type { Binding, Prefix, StateInput } from "../../sandbox/imitation/state.ts";
import type { Env } from "../../src/config.ts";
import type { Deletion } from "../../src/deletion/record/deletion.ts";
import worker, { type Ledger } from "../../src/index.ts";
import { sha256 } from "../doors/configured.ts";
import { LEDGER, origin } from "../harness.ts";

export const account = "5ba11".padEnd(32, "0");

export const actors = {
	ada: { scopes: ["read", "delete", "approve", "restore", "freeze"], range: null },
	bob: { scopes: ["read", "delete", "approve"], range: null },
	cleo: { scopes: ["read", "approve"], range: null },
	dan: { scopes: ["read", "delete"], range: "203.0.113.0/24" },
	eve: { scopes: ["read"], range: null },
} as const;
export type ActorName = keyof typeof actors;

const service = { service_id: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52", service_name: "CDN" };
const active = { provisioning: { state: "active" } };
const id = (count: number) => `ab${String(count).padStart(30, "0")}`;
const bound = (count: number, cidr: string, more: object = { ...service, ...active }): Binding => ({
	id: id(count),
	cidr,
	...more,
});

export const startingState = {
	prefixes: [
		{
			id: id(100),
			cidr: "203.0.113.0/24",
			bindings: [
				bound(1, "203.0.113.0/24"),
				bound(2, "203.0.113.0/26"),
				bound(3, "203.0.113.64/26", { ...service, provisioning: { state: "provisioning" } }),
				bound(4, "203.0.113.128/25"),
			],
		},
		{ id: id(200), cidr: "198.51.100.0/24", bindings: [bound(5, "198.51.100.0/24")] },
		{
			id: id(300),
			cidr: "2001:db8:100::/48",
			bindings: [bound(6, "2001:db8:100::/48"), bound(7, "2001:db8:100:2::/64", active)],
		},
		{
			id: id(400),
			cidr: "192.0.2.0/24",
			bindings: [bound(8, "192.0.2.0/24"), bound(9, "192.0.2.0/25"), bound(10, "192.0.2.0/26")],
		},
	],
} satisfies StateInput;

/** A DELETE that reached Cloudflare. */
export interface Sent {
	bindingId: string;
	atMs: number;
	/** The prefix just before. */
	prefix: Prefix;
	tookEffect: boolean;
	/** Whether the prefix was listed since the last DELETE of this binding, if there was one. */
	lookedAt: boolean;
}

export type World = ReturnType<typeof createWorld>;

/** @param settings replace the sandbox's. */
export function createWorld(settings: object) {
	let imitation = createImitation({ account, state: startingState });
	let sent: Sent[] = [];
	let unseen = new Set<string>();
	let last: Promise<unknown> = Promise.resolve();
	const tokens = Object.entries(actors).map(([name, { scopes, range }]) => {
		return [name, { sha256: sha256(name), scopes, ...(range === null ? {} : { ranges: [range] }) }];
	});
	const own = { CLOUDFLARE_ACCOUNT_ID: account, TOKENS: JSON.stringify(Object.fromEntries(tokens)), ...settings };
	const workerEnv = { ...(env as unknown as Env), ...own };
	const stub = LEDGER.getByName(account);

	const observed = async (request: Request): Promise<Response> => {
		const [, prefixId = "", bindingId = ""] = /prefixes\/([^/]+)\/bindings(?:\/([^/]+))?$/.exec(request.url) ?? [];
		const prefix = imitation.snapshot().prefixes.find((one) => one.id === prefixId);
		const answered = imitation.handle(request);
		const response = await answered.catch(() => null);
		if (request.method === "GET" && response?.status === 200)
			for (const one of unseen) if (one.startsWith(prefixId)) unseen.delete(one);
		if (request.method === "DELETE" && prefix !== undefined) {
			const effect = imitation.log.entries().at(-1)?.effect ?? {};
			const key = `${prefixId}/${bindingId}`;
			sent.push({ bindingId, atMs: Date.now(), prefix, tookEffect: "deleted" in effect, lookedAt: !unseen.has(key) });
			unseen.add(key);
		}
		return answered;
	};
	vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
		// Calls run one after the other, so that what is seen before a call is what the call finds.
		const turn = last.then(() => observed(new Request(input, init)));
		last = turn.catch(() => undefined);
		return turn;
	});

	const small = new WeakSet<Ledger>();
	const inLedger = <Told>(look: (sql: SqlStorage, ledger: Ledger) => Told): Promise<Told> =>
		runInDurableObject<Ledger, Told>(stub, (object, { storage }) => look(storage.sql, object));
	const records = (): Promise<Deletion[]> =>
		inLedger((sql) =>
			sql
				.exec<{ record: string }>("SELECT record FROM deletions ORDER BY id DESC")
				.toArray()
				.map(({ record }) => JSON.parse(record)),
		);
	const isBusy = ({ state, restoration }: Deletion) =>
		state === "received" || state === "deleting" || restoration?.state === "restoring";

	return {
		get imitation() {
			return imitation;
		},
		sent: (): readonly Sent[] => sent,
		/** Resets everything but the time. */
		async begin(): Promise<void> {
			imitation = createImitation({ account, state: startingState });
			sent = [];
			unseen = new Set();
			await inLedger((sql, ledger) => {
				for (const table of tables) sql.exec(`DELETE FROM ${table}`);
				sql.exec("DELETE FROM flags WHERE name NOT IN ('schema', 'history')");
				const { env: given } = ledger as unknown as { env: object };
				if (!small.has(ledger)) Object.defineProperty(ledger, "env", { value: { ...given, ...own, HISTORY: nowhere } });
				small.add(ledger);
			});
		},
		/** Sends one request. It is answered at once; `settled` waits for what it started. */
		async call(actor: ActorName, path: string, method: string, json?: unknown, more: Record<string, string> = {}) {
			const headers = new Headers({ authorization: `Bearer ${actor}`, prefer: "wait=0", ...more });
			if (json !== undefined) headers.set("content-type", "application/json");
			const body = json === undefined ? {} : { body: JSON.stringify(json) };
			const request = new Request<unknown, IncomingRequestCfProperties>(origin + path, { method, headers, ...body });
			const response = await worker.fetch(request, workerEnv);
			await response.text();
			return { status: response.status, etag: response.headers.get("etag") };
		},
		/** The records, oldest first, once nothing is running any more. */
		async settled(): Promise<Deletion[]> {
			for (;;) {
				const all = await records();
				if (!all.some(isBusy)) return all;
			}
		},
		alarm: () => runDurableObjectAlarm(stub),
		order: (...orders: OrderInput[]) => imitation.faults.order(...orders),
	};
}

const tables = ["deletions", "claims", "aliases", "freezes", "restorations", "restoration_items"];

/** Ignores what is published, which other tests check. */
const nowhere = {
	put: async () => undefined,
	get: async () => null,
	list: async () => ({ keys: [], list_complete: true }),
};
