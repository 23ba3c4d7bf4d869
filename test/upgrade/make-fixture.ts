// Keeps the release that package.json names for the tests of the next one: node test/upgrade/make-fixture.ts
//
//   releases/<version>.js     its bundle, as `wrangler deploy --dry-run` makes it. An existing one is kept.
//   releases/<version>.json   what it leaves behind (fixture.ts) after that bundle has run against the imitation
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ShownButton } from "../../sandbox/chat/platform.ts";
import { slack } from "../../sandbox/chat/slack.ts";
import { accountId } from "../../sandbox/imitation/account.ts";
import { createImitation } from "../../sandbox/imitation/imitation.ts";
import { buildWorker, root } from "../../sandbox/wrangler.ts";
import type { Deletion } from "../../src/deletion/record/deletion.ts";
import { account, alone, amsterdam, bindingAt, part } from "./account.ts";
import type { Fixture, Stored } from "./fixture.ts";
import { type ApiOptions, api, firing, outgoing, people, type Repeatable, retired } from "./requests.ts";
import { kept, readBundle, startRuntime } from "./runtime.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const leftAtMs = Date.UTC(2030, 0, 1, 12);

const { version }: { version: string } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const directory = await mkdtemp(join(tmpdir(), "unbind-fixture-"));
const bundlePath = kept(`${version}.js`);
try {
	await readFile(bundlePath).catch(keepBundle);
	const fixture = await makeFixture();
	await writeFile(kept(`${version}.json`), `${JSON.stringify(fixture, null, "\t")}\n`);
	console.log(`${version}: ${Object.keys(fixture.records).length} records, ${fixture.stored.kv.length} keys`);
} finally {
	await rm(directory, { recursive: true, force: true });
}

async function keepBundle(): Promise<void> {
	const built = join(directory, "bundle");
	await buildWorker(built);
	const bundle = await readFile(join(built, "index.js"), "utf8");
	await writeFile(bundlePath, bundle.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
}

async function makeFixture(): Promise<Fixture> {
	const imitation = createImitation({ state: account });
	const entry = await readFile(join(import.meta.dirname, "fixture-entry.js"), "utf8");
	const runtime = await startRuntime({
		ledger: { "entry.js": entry, ...(await readBundle(bundlePath)) },
		dataPath: directory,
		imitation,
	});
	try {
		return await lived();
	} finally {
		imitation.drop();
		await runtime.stop();
	}

	async function lived(): Promise<Fixture> {
		const records: Fixture["records"] = {};
		const requests: Fixture["requests"] = {};
		let nowMs = leftAtMs;

		/** Sets the clock, which does not move by itself. */
		async function at(ms: number): Promise<void> {
			nowMs = leftAtMs + ms;
			await runtime.fetch("owner", `/fixture/clock?now=${nowMs}`);
		}
		const control = async (path: string) => (await runtime.fetch("owner", `/fixture/${path}`)).text();
		const stored = async (): Promise<Stored> => JSON.parse(await control("stored"));
		const rowOf = async (id: string) => (await stored()).tables.deletions?.find((row) => row.id === id);
		const recordOf = async (id: string): Promise<Deletion> => JSON.parse(String((await rowOf(id))?.record));

		async function newest(): Promise<string> {
			const { deletions = [] } = (await stored()).tables;
			return String(deletions.toSorted((a, b) => Number(b.change) - Number(a.change))[0]?.id);
		}

		async function send(request: Repeatable) {
			const { path, ...init } = outgoing(request, nowMs);
			const response = await runtime.fetch("owner", path, init);
			const text = await response.text();
			if (response.status >= 500 && response.status !== 502) throw new Error(`${path}: ${response.status} ${text}`);
			const json = /json/.test(response.headers.get("content-type") ?? "") ? JSON.parse(text) : null;
			const id: string | null = json?.timeline ? json.id : (json?.deletion_id ?? json?.deletions?.[0]?.id ?? null);
			return { status: response.status, id, text };
		}

		/** Makes a record and checks its state. */
		async function make(name: string, state: Deletion["state"], request: Repeatable): Promise<string> {
			const { status, id: shown } = await send(request);
			const id = shown ?? (await newest());
			const record = await recordOf(id);
			if (record.state !== state) throw new Error(`${name} is ${JSON.stringify(record)}`);
			records[name] = id;
			if (request.door !== "api" || request.headers["idempotency-key"] !== undefined)
				requests[name] = { request, answer: { status, id: shown } };
			return id;
		}

		const remove = (cidr: string, query = "", options: ApiOptions = {}) =>
			api("DELETE", `/bindings/${cidr}${query}`, options);
		const decide = (id: string, decision: "approve" | "reject") =>
			send(api("POST", `/deletions/${id}/approval`, { token: people.approver, json: { decision } }));
		const restore = (id: string, wait = 25) => send(api("POST", `/deletions/${id}/restoration`, { wait }));
		const inIso = (ms: number) => encodeURIComponent(new Date(leftAtMs + ms).toISOString());
		const asked = `?acknowledge=leaves_no_service&reason=INC-7`;
		const listed = { method: "GET", path: `/prefixes/${amsterdam}/bindings` } as const;
		const unreadable = { ...listed, times: 100, fault: { kind: "reject", status: 500 } } as const;

		/** Makes a call whose answer is lost, and so is the look after it. */
		async function lose(method: "DELETE" | "POST", cidr: string, begin: () => Promise<unknown>): Promise<void> {
			imitation.faults.order({ method, fault: { kind: "hang_after" } });
			const begun = begin();
			await arrived(method);
			imitation.faults.order(unreadable);
			imitation.drop();
			await begun;
			await until(async () => /"readBacks":1/.test(String((await byCidr(cidr))?.progress)));
			imitation.faults.clear();
		}
		/** Makes a call that Cloudflare carries out but has not answered when everything stops. */
		async function hang(method: "DELETE" | "POST", begin: () => Promise<unknown>): Promise<void> {
			imitation.faults.order({ method, fault: { kind: "hang_after" } });
			await begin();
			await arrived(method);
		}
		const hanging = ({ method, status, effect }: { method: string; status: number | null; effect: unknown }) =>
			`${method} ${status} ${effect !== null}`;
		const arrived = (method: string) =>
			until(async () => imitation.log.entries().some((entry) => hanging(entry) === `${method} null true`));

		async function press(name: string, button: ShownButton): Promise<void> {
			const request: Repeatable = { door: "press", person: "alice", button, click: name };
			const before = imitation.messages.all().length;
			const { status } = await send(request);
			await until(async () => imitation.messages.all().length >= before + 2);
			records[name] = await newest();
			requests[name] = { request, answer: { status, id: null } };
		}
		async function buttonsOf(text: string): Promise<ShownButton[]> {
			const answer = await send({ door: "command", person: "alice", text });
			return slack.answered(answer.text, "command")?.buttons ?? [];
		}
		const buttonIn = (buttons: ShownButton[], label: string): ShownButton => {
			const button = buttons.find((one) => one.label === label);
			if (button === undefined) throw new Error(`no button ${label} in ${JSON.stringify(buttons)}`);
			return button;
		};

		// Only KV has this one, because the Ledger drops records a week after they settle.
		await at(-9 * dayMs);
		await make("in_kv_alone", "deleted", remove(part(0), "?reason=INC-0"));
		await published();
		await at(-1.9 * dayMs);
		await control("alarm");

		await at(-40 * hourMs);
		await send(api("PUT", "/freeze", { json: { reason: "a freeze that is over" } }));
		await send(api("DELETE", "/freeze"));
		await make("deleted_by_api", "deleted", remove(part(1), "?reason=INC-1", { key: "drain-1" }));
		await at(-38 * hourMs);
		const cloudflares = `/client/v4/accounts/${accountId}/addressing/prefixes/${amsterdam}/bindings`;
		await make("deleted_by_cloudflares_api", "deleted", {
			...api("DELETE", `${cloudflares}/${bindingAt(part(2))}`, { key: "sdk-1" }),
		});
		await at(-36 * hourMs);
		await make("deleted_by_alert", "deleted", firing(part(3), "fired-before"));
		await at(-34 * hourMs);
		await make("deleted_by_message", "deleted", retired(part(4), "msg_before"));
		await at(-30 * hourMs);
		imitation.faults.order({ method: "DELETE", fault: { kind: "reject", status: 404, effect: true } });
		await make("already_gone", "already_gone", remove(part(6), "", { key: "gone-1" }));
		await at(-28 * hourMs);
		await make("refused", "refused", remove(alone(0), "", { key: "refused-1" }));
		imitation.faults.order({ method: "DELETE", fault: { kind: "reject", status: 400 } });
		await make("failed", "failed", remove(part(7), "", { key: "failed-1" }));
		await at(-26 * hourMs);
		const later = `?not_before=${inIso(-20 * hourMs)}`;
		const cancelled = await make("cancelled", "scheduled", remove(part(8), later, { key: "cancelled-1" }));
		await send(api("POST", `/deletions/${cancelled}/cancellation`));
		await at(-24 * hourMs);
		const restored = await make("restored", "deleted", firing(part(9), "fired-and-restored"));
		await at(-22 * hourMs);
		await restore(restored);
		const notRestored = await make("restoration_failed", "deleted", remove(part(10)));
		imitation.faults.order({ method: "POST", fault: { kind: "reject", status: 400 } });
		await restore(notRestored);
		await at(-20 * hourMs);
		await decide(await make("approved", "pending_approval", remove(alone(1), asked)), "approve");
		await decide(await make("rejected", "pending_approval", remove(alone(2), asked)), "reject");
		await make("expired", "pending_approval", remove(alone(3), asked, { key: "expired-1" }));
		await at(-18 * hourMs);
		await control("alarm");
		await press("deleted_in_chat", buttonIn(await buttonsOf(`delete ${part(5)} INC-5`), "Delete"));
		await make("restoring", "deleted", remove(part(11)));
		await make("restoration_unknown", "deleted", remove(part(12)));
		await published();

		// Open work.
		await at(-65 * minuteMs);
		await make("pending_overdue", "pending_approval", remove(alone(4), asked, { key: "overdue-1" }));
		await at(-20 * minuteMs);
		await make("pending_to_approve", "pending_approval", remove(alone(5), asked, { key: "pending-1" }));
		await make("pending_to_reject", "pending_approval", remove(alone(6), asked));
		await make("pending_to_expire", "pending_approval", remove(alone(7), asked));
		await at(-15 * minuteMs);
		await press("pending_in_chat", buttonIn(await buttonsOf(`delete ${alone(8)} INC-8`), "Ask for approval"));
		await at(-10 * minuteMs);
		const due = `?not_before=${inIso(-minuteMs)}&reason=INC-13`;
		await make("scheduled_due", "scheduled", remove(part(13), due, { key: "due-1" }));
		const notDue = `?not_before=${inIso(2 * hourMs)}`;
		await make("scheduled_later", "scheduled", remove(part(14), notDue, { key: "later-1" }));
		await control("writes?refused=true");
		const unpublished = await make("unpublished", "deleted", remove(part(15), "", { key: "unpublished-1" }));
		await until(async () => Number((await rowOf(unpublished))?.publish_failures) > 0);
		await control("writes?refused=false");

		await at(-30_000);
		await lose("DELETE", part(17), () => send(remove(part(17), "", { key: "unknown-1", wait: 0 })));
		await lose("POST", part(12), () => restore(id("restoration_unknown"), 0));
		await at(-5000);
		const wish = remove(part(18), "", { key: "deleting-1", wait: 0 });
		await hang("DELETE", () => send(wish));
		await hang("POST", () => restore(id("restoring"), 0));
		for (const [name, cidr, key] of [
			["unknown", part(17), "unknown-1"],
			["deleting", part(18), "deleting-1"],
		] as const) {
			records[name] = String((await byCidr(cidr))?.id);
			const request = remove(cidr, "", { key });
			requests[name] = { request, answer: { status: 202, id: id(name) } };
		}

		await at(-1000);
		const offered = buttonIn(await buttonsOf(`delete ${part(16)} INC-16`), "Delete");
		await at(0);
		await send(api("GET", "/deletions"));
		const left = withoutCopies(await stored());
		await send(api("PUT", "/freeze", { json: { reason: "INC-99", until: new Date(leftAtMs + 3 * hourMs) } }));
		const { flags = [], freezes = [] } = (await stored()).tables;
		const approvals = imitation.messages
			.all()
			.flatMap(({ method, path, body }) => slack.sent(method, path, body).buttons);
		return {
			release: version,
			nowMs: leftAtMs,
			records,
			requests,
			buttons: { delete: offered, approve: buttonIn(approvals, "Approve") },
			stored: left,
			frozen: { flags, freezes },
			account: imitation.snapshot(),
		};

		function id(name: string): string {
			const known = records[name];
			if (known === undefined) throw new Error(`no record ${name}`);
			return known;
		}
		async function byCidr(cidr: string) {
			return (await stored()).tables.deletions?.find((row) => row.cidr === cidr);
		}
		async function published(): Promise<void> {
			await until(async () => !(await stored()).tables.deletions?.some((row) => row.publish_at !== null));
		}
	}
}

/** Drops the values in KV that are identical to the Ledger's records. */
function withoutCopies({ kv, ...stored }: Stored): Stored {
	const texts = new Set(stored.tables.deletions?.map(({ record }) => record));
	const once = kv.map((one) => ({ ...one, value: one.value !== null && texts.has(one.value) ? null : one.value }));
	return { ...stored, kv: once };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
	for (let left = 200; !(await isSo()); left--) {
		if (left === 0) throw new Error(`it never was: ${isSo}`);
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
}
