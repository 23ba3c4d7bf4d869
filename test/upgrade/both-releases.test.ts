// 0.1.0 and the present release over the same data: a roll-out, a rollback and another roll-out. In each phase the
// Ledger runs one release, with Workers of both in front of it, as for a few minutes of every roll-out.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createImitation, type Imitation } from "../../sandbox/imitation/imitation.ts";
import { buildWorker } from "../../sandbox/wrangler.ts";
import { account, alone, amsterdam, bindingAt, part } from "./account.ts";
import { api, firing, outgoing, people, type Repeatable } from "./requests.ts";
import { type From, kept, type Modules, type Runtime, readBundle, startRuntime } from "./runtime.ts";

let directory: string;
let releases: Record<"old" | "new", Modules>;
beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-upgrade-"));
	const bundlePath = join(directory, "bundle");
	await buildWorker(bundlePath);
	releases = { old: await readBundle(kept("0.1.0.js")), new: await readBundle(join(bundlePath, "index.js")) };
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const phases = ["old", "new", "old", "new"] as const;
const workers: readonly From[] = ["owner", "neighbour"];
const bindings = { BUDGET_DELETIONS: 1000, GUARDS: { breadth: "pass" } };

interface Answer {
	status: number;
	replayed: boolean;
	// biome-ignore lint/suspicious/noExplicitAny: an answer's members are what tests look at
	json: any;
}

interface Phase {
	number: number;
	/** Throws on a 5xx. */
	send(from: From, request: Repeatable): Promise<Answer>;
}

/** Runs all phases. Each one ends abruptly. */
async function throughPhases(dataPath: string, imitation: Imitation, act: (phase: Phase) => Promise<void>) {
	for (const [number, release] of phases.entries()) {
		const neighbour = release === "old" ? releases.new : releases.old;
		const runtime = await startRuntime({ ledger: releases[release], neighbour, dataPath, imitation, bindings });
		try {
			await act({ number, send: (from, request) => send(runtime, `${number}, a Ledger of ${release}`, from, request) });
		} finally {
			await runtime.stop();
		}
	}
}

async function send(runtime: Runtime, phase: string, from: From, request: Repeatable): Promise<Answer> {
	const { path, ...init } = outgoing(request, Date.now());
	const response = await runtime.fetch(from, path, init);
	const text = await response.text();
	if (response.status >= 500)
		throw new Error(`phase ${phase}, ${from}: ${init.method} ${path}: ${response.status} ${text}`);
	const replayed = response.headers.get("idempotency-replayed") === "true";
	return { status: response.status, replayed, json: JSON.parse(text) };
}

const deletedIds = (imitation: Imitation): string[] =>
	imitation.log
		.entries()
		.filter(({ method }) => method === "DELETE")
		.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));

/** What one phase begins and the next one finishes. */
interface Begun {
	by: From;
	key: string;
	cidr: Record<"restoring" | "later" | "due" | "deleting" | "lookedUp", string>;
	id: Record<"restoring" | "later" | "due" | "deleting" | "pending", string> & { lookedUp?: string };
}

describe("during a roll-out, a rollback and another roll-out", () => {
	const remove = (cidr: string, key: string, query = "", wait = 25) =>
		api("DELETE", `/bindings/${cidr}${query}`, { key: `${key}-${cidr}`, wait });
	const restore = (id: string, wait = 25) => api("POST", `/deletions/${id}/restoration`, { wait });
	const later = (ms: number) => `?not_before=${encodeURIComponent(new Date(Date.now() + ms).toISOString())}`;
	const asked = "?acknowledge=leaves_no_service";

	const imitation = createImitation({ state: account });
	let parts = 0;
	let alones = 0;

	/** Begins a call to Cloudflare that is still unanswered when the phase ends. */
	async function hang<Answered>(
		method: "GET" | "DELETE" | "POST",
		path: string,
		begin: () => Promise<Answered>,
	): Promise<{ begun: Promise<Answered> }> {
		imitation.faults.order({ method, path, fault: { kind: method === "GET" ? "hang_before" : "hang_after" } });
		const begun = begin();
		begun.catch(() => {});
		await expect.poll(() => imitation.faults.pending(), { timeout: 10_000, interval: 5 }).toEqual([]);
		return { begun };
	}

	async function begin({ number, send }: Phase, by: From): Promise<Begun> {
		const key = `${number}-${by}`;
		const next = () => part(parts++);
		const cidr: Begun["cidr"] = {
			restoring: next(),
			later: next(),
			due: next(),
			deleting: next(),
			lookedUp: next(),
		};
		const id = async (request: Repeatable, state: string): Promise<string> => {
			const { json } = await send(by, request);
			expect([number, by, json.state]).toEqual([number, by, state]);
			return json.id;
		};
		return {
			by,
			key,
			cidr,
			id: {
				restoring: await id(remove(cidr.restoring, key), "deleted"),
				later: await id(remove(cidr.later, key, later(3_600_000)), "scheduled"),
				pending: await id(remove(alone(alones++), key, asked), "pending_approval"),
				due: "",
				deleting: "",
			},
		};
	}

	async function leave({ send }: Phase, { by, key, cidr, id }: Begun): Promise<void> {
		const deleting = await hang("DELETE", bindingAt(cidr.deleting), () => send(by, remove(cidr.deleting, key, "", 0)));
		id.deleting = (await deleting.begun).json.id;
		const restoring = await hang("POST", amsterdam, () => send(by, restore(id.restoring, 0)));
		expect((await restoring.begun).json.restoration.state).toBe("restoring");
		id.due = (await send(by, remove(cidr.due, key, later(1500)))).json.id;
	}

	async function finish({ send }: Phase, from: From, { key, cidr, id }: Begun): Promise<void> {
		const deleting = await send(from, remove(cidr.deleting, key));
		expect([deleting.status, deleting.json.state, deleting.json.id]).toEqual([200, "deleted", id.deleting]);
		const restored = await send(from, restore(id.restoring));
		expect([restored.status, restored.json.restoration.state]).toEqual([200, "restored"]);
		const word = { token: people.approver, json: { decision: "approve" } };
		const approved = await send(from, api("POST", `/deletions/${id.pending}/approval`, word));
		expect([approved.status, approved.json.state]).toEqual([200, "deleted"]);
		const cancelled = await send(from, api("POST", `/deletions/${id.later}/cancellation`));
		expect([cancelled.status, cancelled.json.state]).toEqual([200, "cancelled"]);
		// Its record may not be looked up yet, and only the release that wrote it can continue from there.
		await send(from, remove(cidr.lookedUp, key, "", 0));
	}

	/** Everything that was begun can be read and requested again. */
	async function look({ send }: Phase, from: From, { key, cidr, id }: Begun): Promise<void> {
		for (const [name, one] of Object.entries(id)) {
			const { status, json } = await send(from, api("GET", `/deletions/${one}`));
			expect([name, status, json.id]).toEqual([name, 200, one]);
		}
		const again = await send(from, remove(cidr.restoring, key));
		expect([again.status, again.replayed, again.json.id]).toEqual([200, true, id.restoring]);
		const { deletions, stale } = (await send(from, api("GET", "/deletions?limit=1000"))).json;
		const listed = deletions.map((one: { id: string }) => one.id);
		expect([stale, Object.values(id).filter((one) => !listed.includes(one))]).toEqual([false, []]);
	}

	it("each release finishes what the other began and reads what it did", async () => {
		const begun: Begun[] = [];
		let open: Begun[] = [];
		await throughPhases(join(directory, "roll-out"), imitation, async (phase) => {
			const { number, send } = phase;
			for (const from of workers) expect((await send(from, api("GET", "/health"))).json).toMatchObject({ ok: true });
			// Each one is finished by the Worker that did not begin it.
			for (const one of open) await finish(phase, one.by === "owner" ? "neighbour" : "owner", one);
			for (const { id } of open) {
				const state = async () => (await send("owner", api("GET", `/deletions/${id.due}`))).json.state;
				await expect.poll(state, { timeout: 30_000 }).toBe("deleted");
			}
			for (const one of begun) for (const from of workers) await look(phase, from, one);
			open = [];
			if (number === phases.length - 1) {
				// A release that did not look it up in time says so, and the caller asks again.
				for (const { key, cidr } of begun) {
					const state = async () => (await send("owner", remove(cidr.lookedUp, key))).json.state;
					await expect.poll(state, { timeout: 20_000 }).toBe("deleted");
				}
				return;
			}
			for (const by of workers) open.push(await begin(phase, by));
			for (const one of open) await leave(phase, one);
			// Both share one call for the same list.
			await hang("GET", amsterdam, () =>
				Promise.all(
					open.map(async ({ by, key, cidr, id }) => {
						// A release may answer before it has looked. Then the id has to work, too.
						const { json } = await send(by, remove(cidr.lookedUp, key, "", 0));
						id.lookedUp = json.id;
					}),
				),
			);
			begun.push(...open);
		});

		// One DELETE for each, and none for the cancelled one.
		const wanted = begun.flatMap(({ cidr: { later: _, ...cidr } }) => Object.values(cidr));
		const alonesToo = Array.from({ length: alones }, (_, number) => alone(number));
		expect(deletedIds(imitation).toSorted()).toEqual([...wanted, ...alonesToo].map(bindingAt).toSorted());
		const created = imitation.log.entries().filter(({ method }) => method === "POST");
		expect(created).toHaveLength(begun.length);
	});
});

describe("an alert that fires before, during and after the upgrade", () => {
	interface Alert {
		cidr: string;
		firstIn: number;
		firstBy: From;
		answers: { phase: number; id: string; status: number; replayed: boolean }[];
	}
	const imitation = createImitation({ state: account });
	const alerts: Alert[] = [];

	/** Binds the CIDR again, so that a second DELETE would hit. */
	function bindAgain(cidr: string): void {
		const { prefixes, services } = imitation.snapshot();
		const [binding] = account.prefixes.flatMap(({ bindings = [] }) => bindings.filter((one) => one.cidr === cidr));
		if (binding === undefined) throw new Error(`nothing was bound to ${cidr}`);
		const again = { ...binding, id: binding.id.replace("c01d", "eb0d") };
		const [first, ...others] = prefixes;
		if (first === undefined) throw new Error("the account has no prefix");
		imitation.replace({ services, prefixes: [{ ...first, bindings: [...first.bindings, again] }, ...others] });
	}

	beforeAll(async () => {
		await throughPhases(join(directory, "alerts"), imitation, async ({ number, send }) => {
			const fire = async (alert: Alert, from: From) => {
				const { status, replayed, json } = await send(from, firing(alert.cidr, alert.cidr));
				alert.answers.push({ phase: number, id: json.deletions[0].id, status, replayed });
			};
			for (const firstBy of workers) {
				const alert: Alert = { cidr: part(alerts.length), firstIn: number, firstBy, answers: [] };
				await fire(alert, firstBy);
				bindAgain(alert.cidr);
				alerts.push(alert);
			}
			for (const alert of alerts) for (const from of workers) await fire(alert, from);
		});
	});

	const of = (firstIn: readonly number[]) => alerts.filter((alert) => firstIn.includes(alert.firstIn));
	/** Each alert caused one DELETE, and every repeat was answered as a replay of the first. */
	function expectOnce(chosen: Alert[]): void {
		for (const { cidr, firstIn, firstBy, answers } of chosen) {
			const [first, ...others] = answers;
			const which = `first in phase ${firstIn} by ${firstBy}`;
			const sent = deletedIds(imitation).filter((id) => id.endsWith(bindingAt(cidr).slice(4)));
			expect([which, sent]).toEqual([which, [bindingAt(cidr)]]);
			expect([which, first?.status, first?.replayed]).toEqual([which, 200, false]);
			for (const answer of others)
				expect([which, answer]).toEqual([which, { phase: answer.phase, id: first?.id, status: 200, replayed: true }]);
		}
	}

	it("deletes once and gets the same deletion each time", () => expectOnce(of([0])));
	it("deletes once if it first fires on the new release", () => expectOnce(of([1])));
	it("deletes once if it first fires after the rollback or the second roll-out", () => expectOnce(of([2, 3])));
});
