// No other site can change anything with a visitor's cookie: every form carries its session's token and comes from
// unbind's own origin.
import { afterEach, beforeEach, expect, it } from "vitest";
import { call, deletes, origin } from "../../harness.ts";
import { documentedCaller, resetAll } from "../account.ts";
import { hiddenIn, readable, signedIn, type Visitor } from "./visitor.ts";

let id: string;
let operator: Visitor;
beforeEach(async () => {
	const options = { method: "DELETE", token: documentedCaller.token };
	id = (await call("/bindings/198.51.100.0/24?acknowledge=leaves_no_service", options)).json.id;
	operator = await signedIn();
});
afterEach(resetAll);

/** Each action, its page, and the fields to fill in besides the hidden ones. */
const changes = (): [string, string, Record<string, string>][] => [
	[`/records/${id}/approve`, `/records/${id}`, {}],
	[`/records/${id}/reject`, `/records/${id}`, {}],
	[`/records/${id}/cancel`, `/records/${id}`, {}],
	["/account/203.0.113.128/25", "/account/203.0.113.128/25", { reason: "x" }],
	["/freeze-switch", "/account", { reason: "x" }],
	["/sign-out", "/", {}],
];

async function expectNothingDone(): Promise<void> {
	expect(await deletes()).toEqual([]);
	expect((await call(`/deletions/${id}`)).json.state).toBe("pending_approval");
	expect((await call("/freeze")).json.frozen).toBe(false);
}

it("a form without the session's token does nothing", async () => {
	const others = await signedIn("unbind_sandbox_approver");
	const foreign = hiddenIn((await others.get("/")).text, "/sign-out").form_token ?? "";
	for (const [action, page, fields] of changes()) {
		const own = hiddenIn((await operator.get(page)).text, action);
		for (const form_token of ["", "x", foreign, `${own.form_token}x`]) {
			const { status, text, headers } = await operator.post(action, { ...own, ...fields, form_token });
			expect([status, headers.get("set-cookie")], `${action} ${form_token}`).toEqual([403, null]);
			expect(readable(text)).toContain("Nothing was done.");
		}
	}
	await expectNothingDone();
});

it.each<[string, Record<string, string>]>([
	["another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
	["another site, in a browser without Sec-Fetch-Site", { origin: "https://evil.example" }],
	["a neighbour under the same domain", { origin: "https://wiki.example.com", "sec-fetch-site": "same-site" }],
	["a page that hides its origin", { origin: "null", "sec-fetch-site": "cross-site" }],
	["the same host without TLS", { origin: origin.replace("https", "http"), "sec-fetch-site": "cross-site" }],
])("a form on %s does nothing, even with the token", async (_, headers) => {
	for (const [action, page, fields] of changes()) {
		const own = hiddenIn((await operator.get(page)).text, action);
		expect((await operator.post(action, { ...own, ...fields }, headers)).status).toBe(403);
	}
	await expectNothingDone();
});

it("a form without an origin does nothing", async () => {
	const own = hiddenIn((await operator.get("/account")).text, "/freeze-switch");
	const body = new URLSearchParams({ ...own, reason: "x" });
	const headers = { cookie: operator.cookie };
	expect((await call("/freeze-switch", { method: "POST", token: null, headers, body })).status).toBe(403);
	await expectNothingDone();
});

it("each of these forms works when sent from its page", async () => {
	for (const [action, page, fields] of changes().filter(
		([path]) => !path.endsWith("approve") && !path.endsWith("cancel"),
	))
		expect((await operator.submit(page, action, fields)).status, action).toBe(303);
	expect((await call(`/deletions/${id}`)).json.state).toBe("refused");
	expect((await call("/freeze")).json.frozen).toBe(true);
});
