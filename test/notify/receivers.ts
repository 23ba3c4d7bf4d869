// Destinations on the other side of the network: what each got, and how it answers. Everything else goes where it would.
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { expect, vi } from "vitest";
import type { Ledger } from "../../src/index.ts";
import { call, ledger } from "../harness.ts";
import { wakeAfter } from "../lifecycle/clock.ts";
import { configureLedger } from "../lifecycle/configured-ledger.ts";

export interface Arrived {
	host: string;
	atMs: number;
	headers: Headers;
	text: string;
	// biome-ignore lint/suspicious/noExplicitAny: a message's members are what tests look at
	json: any;
}

type Answers = (arrived: Arrived) => Response | Promise<Response>;

export const signingKey = `whsec_${"c2VjcmV0LW9mLWEtZGVzdGluYXRpb24h".slice(0, 32)}`;
export const chatUrl = (name: string) => `https://${name}.example.net/services/a-secret-path-of-${name}`;

export interface Receivers {
	arrived: Arrived[];
	/** What a host got, as event types. */
	types(host: string): string[];
	answers: Map<string, Answers>;
	/** How many requests were under way at once, at most. */
	mostAtOnce(): number;
}

/** For `beforeEach`; `vi.restoreAllMocks` ends it. */
export function listen(): Receivers {
	const arrived: Arrived[] = [];
	const answers = new Map<string, Answers>();
	let atOnce = 0;
	let most = 0;
	const real = globalThis.fetch.bind(globalThis);
	vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
		const request = new Request(input, init);
		const host = new URL(request.url).hostname.replace(".example.net", "");
		if (!request.url.includes(".example.net/")) return real(input, init);
		const text = await request.text();
		const one = { host, atMs: Date.now(), headers: request.headers, text, json: JSON.parse(text) };
		arrived.push(one);
		most = Math.max(most, ++atOnce);
		try {
			return await (answers.get(host) ?? (() => new Response("ok")))(one);
		} finally {
			atOnce--;
		}
	});
	const typeOf = ({ json }: Arrived): string => String(json.type ?? json.text).replace("dev.unbind.", "");
	return {
		arrived,
		answers,
		types: (host) => arrived.filter((one) => one.host === host).map(typeOf),
		mostAtOnce: () => most,
	};
}

export const hook = (name: string, more: object = {}) => ({
	to: "webhook",
	url: `https://${name}.example.net/unbind`,
	secret: "HOOK_KEY",
	events: ["*"],
	...more,
});
export const slack = (more: object = {}) => ({ to: "slack", secret: "SLACK_URL", events: ["*"], ...more });

export const settingsWith = (NOTIFY: object, more: object = {}) => ({
	PUBLIC_URL: "https://unbind.example.com",
	HOOK_KEY: signingKey,
	SLACK_URL: chatUrl("slack"),
	NOTIFY,
	...more,
});

/** Starts the Ledger with these destinations. What it had in memory is gone. */
export async function notify(NOTIFY: object, more: object = {}): Promise<void> {
	await abortAllDurableObjects();
	await configureLedger(settingsWith(NOTIFY, more));
	await call("/freeze");
}

type Row = { id: string; destination: string; state: string; type: string; attempts: number; next_at: number | null };

/** The deliveries, oldest first. */
export const deliveries = (): Promise<
	(Row & { event_id: string; folded_into: string | null; failure: string | null })[]
> =>
	runInDurableObject<Ledger, never[]>(ledger(), (_, { storage: { sql } }) => {
		const query = `SELECT id, event_id, destination, state, type, attempts, next_at, folded_into, failure
			FROM deliveries ORDER BY made_at, id DESC`;
		return sql.exec(query).toArray() as never[];
	});

export const states = async (): Promise<string[]> =>
	(await deliveries()).map(({ destination, type, state }) => `${destination} ${type} ${state}`);

/** Lets time pass, and everything that is due be sent. */
export async function sendAfter(ms: number): Promise<void> {
	await wakeAfter(ms);
	const due = async () => (await deliveries()).filter(({ next_at }) => next_at !== null && next_at <= Date.now());
	for (let rounds = 0; rounds < 200 && (await due()).length > 0; rounds++) {
		await wakeAfter(1000);
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
}

export async function settledDown(): Promise<void> {
	await expect.poll(async () => (await deliveries()).filter(({ state }) => state === "waiting")).toEqual([]);
}
