// The inbox: it keeps what arrives, refuses what the real services refuse, and does what was ordered.
import { describe, expect, it } from "vitest";
import { control } from "../../../sandbox/imitation/caller.ts";
import { isConnectionDropped } from "../../../sandbox/imitation/connection.ts";
import { createImitation, type Imitation } from "../../../sandbox/imitation/imitation.ts";
import { createOutbound } from "../../../sandbox/imitation/outbound.ts";
import { kinds } from "../../../src/adapters/notify/kinds.ts";
import { type DestinationKind, destinationKinds, type Outgoing } from "../../../src/notify/destination.ts";
import { destinations, messageOf } from "../../adapters/notify/messages.ts";

async function outgoingTo(kind: DestinationKind): Promise<Outgoing> {
	const message = { ...messageOf("deletion.deleted"), attemptMs: Date.now() };
	const outgoing = await kinds[kind].compose(message, destinations[kind]);
	if (outgoing === null) throw new Error("each kind says this");
	return outgoing;
}

const send = (imitation: Imitation, { url, ...init }: Outgoing) =>
	createOutbound(imitation)(new Request(url, { ...init, redirect: "manual" }));

describe.each(destinationKinds)("a message to %s", (kind) => {
	it("is taken and shown", async () => {
		const imitation = createImitation();
		const waiting = control(imitation, "GET", "/inbox?at_least=1");
		const response = await send(imitation, await outgoingTo(kind));
		expect(response.ok).toBe(true);
		expect((await waiting).body).toMatchObject([
			{ number: 1, to: kind, problem: null, fault: null, repeated: false, status: response.status },
		]);
	});

	it("is refused with another address, credential or signature", async () => {
		const imitation = createImitation();
		const outgoing = await outgoingTo(kind);
		const { url, headers, body } = outgoing;
		const forged: Record<DestinationKind, Partial<Outgoing>> = {
			webhook: {
				headers: { ...headers, "webhook-signature": `${headers["webhook-signature"]}`.replace(/v1a,../, "v1a,AA") },
			},
			slack: { url: `${url}0` },
			discord: { url: url.replace("token", "t0ken") },
			mattermost: { body: "{}" },
			teams: { url: `${url}0` },
			pagerduty: { body: body.replace(/"routing_key":"5a/, '"routing_key":"aa') },
			grafana: { headers: { ...headers, authorization: "Bearer another" } },
		};
		const { status } = await send(imitation, { ...outgoing, ...forged[kind] });
		expect(status).toBeGreaterThanOrEqual(400);
		expect(imitation.inbox.all()).toMatchObject([{ to: kind, status, shown: null, problem: expect.any(String) }]);
	});

	it("is refused if its body is no JSON, or has a member that the service does not know", async () => {
		const imitation = createImitation();
		const outgoing = await outgoingTo(kind);
		if (kind !== "webhook") {
			const more = JSON.stringify({ ...JSON.parse(outgoing.body), colour: "red" });
			expect((await send(imitation, { ...outgoing, body: more })).status).toBe(400);
		}
		const cut = await send(imitation, { ...outgoing, body: outgoing.body.slice(0, -1) });
		expect([400, 401]).toContain(cut.status);
	});

	it("is answered as ordered, and not taken", async () => {
		const imitation = createImitation();
		const limited = { kind: "answer", status: 429, retry_after: 7 };
		await control(imitation, "POST", "/inbox/faults", [
			{ to: kind, times: 2, fault: limited },
			{ to: kind, fault: { kind: "redirect" } },
		]);
		const outgoing = await outgoingTo(kind);
		for (let attempt = 0; attempt < 2; attempt++) {
			const { status, headers } = await send(imitation, outgoing);
			expect(kinds[kind].answered(status, headers, "")).toMatchObject({ kind: "retry", afterMs: 7000 });
		}
		expect((await send(imitation, outgoing)).status).toBe(307);
		expect((await send(imitation, outgoing)).ok).toBe(true);
		expect(imitation.inbox.all().map(({ fault, shown }) => [fault, shown !== null])).toEqual([
			["answer", false],
			["answer", false],
			["redirect", false],
			[null, true],
		]);
	});
});

it("takes a message and cuts the connection, and knows the repetition", async () => {
	const imitation = createImitation();
	await control(imitation, "POST", "/inbox/faults", { to: "webhook", fault: { kind: "cut" } });
	const outgoing = await outgoingTo("webhook");
	await expect(send(imitation, outgoing)).rejects.toSatisfy(isConnectionDropped);
	expect((await send(imitation, outgoing)).status).toBe(204);
	expect(imitation.inbox.all()).toMatchObject([
		{ status: null, repeated: false, fault: "cut" },
		{ status: 204, repeated: true, fault: null },
	]);
});

it("answers late", async () => {
	const imitation = createImitation();
	await control(imitation, "POST", "/inbox/faults", { fault: { kind: "slow", milliseconds: 30 } });
	const startMs = performance.now();
	await send(imitation, await outgoingTo("teams"));
	expect(performance.now() - startMs).toBeGreaterThan(28);
});

it.each([
	["another destination", { to: "fax", fault: { kind: "cut" } }],
	["another fault", { fault: { kind: "earthquake" } }],
	["no fault", { to: "slack" }],
	["a list with a bad order", [{ fault: { kind: "cut" } }, {}]],
])("refuses an order of %s and changes nothing", async (_, order) => {
	const imitation = createImitation();
	expect(await control(imitation, "POST", "/inbox/faults", order)).toMatchObject({ status: 400 });
	expect((await control(imitation, "GET", "/inbox/faults")).body).toEqual([]);
});

it("shows one kind's messages, and waits for them", async () => {
	const imitation = createImitation();
	const waiting = control(imitation, "GET", "/inbox?to=teams&at_least=1");
	for (const kind of ["slack", "teams"] as const) await send(imitation, await outgoingTo(kind));
	expect((await waiting).body).toMatchObject([{ to: "teams", number: 2 }]);
	expect(await control(imitation, "GET", "/inbox?to=fax")).toMatchObject({ status: 400 });
});

it("forgets messages and orders", async () => {
	const imitation = createImitation();
	await send(imitation, await outgoingTo("slack"));
	await control(imitation, "POST", "/inbox/faults", { fault: { kind: "cut" } });
	expect((await control(imitation, "GET", "/inbox/faults")).body).toHaveLength(1);
	await control(imitation, "DELETE", "/inbox/faults");
	expect((await control(imitation, "GET", "/inbox/faults")).body).toEqual([]);
	await control(imitation, "DELETE", "/inbox");
	expect((await control(imitation, "GET", "/inbox")).body).toEqual([]);
});

it("is a page in a browser, in which a message is no markup", async () => {
	const imitation = createImitation();
	const outgoing = await kinds.slack.compose(
		messageOf("deletion.deleted", "<script>alert(1)</script>"),
		destinations.slack,
	);
	if (outgoing !== null) await send(imitation, outgoing);
	const request = new Request("http://imitation.sandbox/sandbox/inbox", { headers: { accept: "text/html,*/*" } });
	const response = await createOutbound(imitation)(request);
	expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
	const page = await response.text();
	expect(page).toContain("&lt;script&gt;alert(1)");
	expect(page).not.toContain("<script>");
});

it("never shows a credential of the query or the headers", async () => {
	const imitation = createImitation();
	for (const kind of ["teams", "grafana"] as const) await send(imitation, await outgoingTo(kind));
	expect(JSON.stringify(imitation.inbox.all())).not.toMatch(/sandbox-teams-signature|glsa_/);
});
