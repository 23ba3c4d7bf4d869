// The sandbox as `npm start` runs it: a deletion arrives at a destination of each kind, whatever the receivers do.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { InboxMessage } from "../../../sandbox/receivers/inbox.ts";
import { sandboxDestinations } from "../../../sandbox/receivers/settings.ts";
import { type Sandbox, startSandbox } from "../../../sandbox/sandbox.ts";
import { sandboxCallers } from "../../../sandbox/settings.ts";
import { destinationKinds } from "../../../src/notify/destination.ts";

let directory: string;
let sandbox: Sandbox;

beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-notified-"));
	const bindings = { ...sandboxDestinations, PUBLIC_URL: "http://localhost:8787" };
	sandbox = await startSandbox({ dataPath: join(directory, "data"), bindings });
});
afterAll(async () => {
	await sandbox.stop();
	await rm(directory, { recursive: true, force: true });
});

const authorization = `Bearer ${sandboxCallers.sandbox.token}`;
const remove = async (target: string) =>
	(await fetch(`${sandbox.url}/bindings/${target}?reason=CHG-1042`, { method: "DELETE", headers: { authorization } }))
		.status;

async function inbox(atLeast: number): Promise<InboxMessage[]> {
	const response = await fetch(`${sandbox.imitationUrl}/sandbox/inbox?at_least=${atLeast}`);
	return (await response.json()) as InboxMessage[];
}

const order = (body: object) =>
	fetch(`${sandbox.imitationUrl}/sandbox/inbox/faults`, { method: "POST", body: JSON.stringify(body) });

it("shows a deletion in the inbox of every kind", async () => {
	expect(await remove("203.0.113.128/25")).toBe(200);
	const messages = await inbox(destinationKinds.length);
	expect(messages.map(({ to }) => to).toSorted()).toEqual(destinationKinds.toSorted());
	for (const message of messages) {
		expect(message).toMatchObject({ problem: null, fault: null });
		expect(message.shown).toContain("203.0.113.128/25");
	}
});

it("shows a message twice with one id, if its first answer was lost", async () => {
	await fetch(`${sandbox.imitationUrl}/sandbox/inbox`, { method: "DELETE" });
	await order({ to: "webhook", fault: { kind: "cut" } });
	expect(await remove("203.0.113.0/26")).toBe(200);
	const messages = (await inbox(destinationKinds.length + 1)).filter(({ to }) => to === "webhook");
	expect(messages).toMatchObject([
		{ status: null, fault: "cut", repeated: false },
		{ status: 204, fault: null, repeated: true },
	]);
	expect(messages[0]?.body).toEqual(messages[1]?.body);
});
