// Actions on the pages: each makes the same call as any other door and leads to its outcome.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, cloudflare, deletes } from "../../harness.ts";
import { freeze, remove } from "../../lifecycle/people.ts";
import { approver, cdn25, documentedCaller, prefixes, resetAll } from "../account.ts";
import { sha256 } from "../configured.ts";
import { breakLedger } from "../watch.ts";
import { hiddenIn, readable, signedIn, type Visitor } from "./visitor.ts";

let operator: Visitor;
beforeEach(async () => {
	operator = await signedIn();
});
afterEach(resetAll);

const recordAt = async (location: string | null) => (await call(`/deletions/${location?.split("/").at(-1)}`)).json;
const plan25 = "/account/203.0.113.128/25";
const pending = async (token = documentedCaller.token): Promise<string> =>
	(await remove("198.51.100.0/24", "?acknowledge=leaves_no_service", token)).json.id;

describe("a deletion", () => {
	it("is requested by the plan's form, and leads to its record", async () => {
		const { status, location } = await operator.submit(plan25, plan25, { reason: "INC-1" });
		expect([status, location]).toEqual([303, expect.stringMatching(/^\/records\/[0-9a-z]{26}$/)]);
		expect(await recordAt(location)).toMatchObject({
			state: "deleted",
			target: "203.0.113.128/25",
			reason: "INC-1",
			actor: { name: "sandbox", door: "page" },
		});
	});

	it("is carried out once, however often its form is submitted", async () => {
		const fields = { ...hiddenIn((await operator.get(plan25)).text, plan25), reason: "twice" };
		const answers = await Promise.all([1, 2, 3].map(() => operator.post(plan25, fields)));
		answers.push(await operator.post(plan25, fields));
		expect(new Set(answers.map(({ location }) => location)).size).toBe(1);
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);
	});

	it("is refused if the same form comes with other fields", async () => {
		const fields = hiddenIn((await operator.get(plan25)).text, plan25);
		await operator.post(plan25, { ...fields, reason: "one" });
		const { status, text } = await operator.post(plan25, { ...fields, reason: "two" });
		expect(status).toBe(422);
		expect(readable(text)).toContain("The idempotency key was used for another request");
		expect(text).toMatch(/href="\/records\/[0-9a-z]{26}"/);
	});

	it("is refused, on record, if the account changed since the plan", async () => {
		const fields = hiddenIn((await operator.get(plan25)).text, plan25);
		await remove("203.0.113.0/26");
		const { location } = await operator.post(plan25, fields);
		expect(await recordAt(location)).toMatchObject({ state: "refused", failure: { code: "changed" } });
		expect(readable((await operator.get(location ?? "")).text)).toContain("The prefix has changed since the plan");
	});

	it("needs its risks acknowledged: an unticked box does not acknowledge", async () => {
		const path = "/account/2001:db8:100:1::/64";
		const page = (await operator.get(path)).text;
		expect(page).toMatch(
			/<input type="checkbox" id="still_provisioning" name="acknowledge" value="still_provisioning" required>/,
		);
		const { location } = await operator.post(path, hiddenIn(page, path));
		expect(await recordAt(location)).toMatchObject({ state: "refused", failure: { code: "acknowledgement_required" } });
		const named = await operator.submit(path, path, { acknowledge: ["still_provisioning"] });
		expect(await recordAt(named.location)).toMatchObject({ state: "deleted" });
	});

	it("can wait for a time in UTC", async () => {
		const at = new Date(Date.now() + 3_600_000).toISOString().slice(0, 16);
		const { location } = await operator.submit(plan25, plan25, { not_before: at });
		expect(await recordAt(location)).toMatchObject({ state: "scheduled", not_before: `${at}:00.000Z` });
	});

	it("waits for approval if a guard asks for one", async () => {
		const path = "/account/198.51.100.0/24";
		expect(readable((await operator.get(path)).text)).toContain("Ask to delete 198.51.100.0/24");
		const { location } = await operator.submit(path, path, { acknowledge: ["leaves_no_service"] });
		expect(await recordAt(location)).toMatchObject({ state: "pending_approval" });
	});

	it.each<[string, Record<string, string>]>([
		["an unknown field", { force: "yes" }],
		["an impossible time", { not_before: "2026-02-30T10:00" }],
		["a key that no form has", { key: "x" }],
		["an unknown risk", { acknowledge: "everything" }],
	])("does not start from a form with %s", async (_, fields) => {
		expect((await operator.submit(plan25, plan25, fields)).status).toBe(400);
		expect(await deletes()).toEqual([]);
	});

	it("shows a wrong field's error beside it, and keeps what was typed", async () => {
		const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16);
		const fields = { reason: "INC-1 <b>", not_before: inDays(8) };
		const late = await operator.submit(plan25, plan25, fields);
		expect(late.status).toBe(400);
		expect(late.text).toContain('value="INC-1 &lt;b&gt;"');
		const shown = /value="([^"]*)"[^>]* aria-invalid="true" aria-describedby="not_before-mistake"/.exec(late.text);
		expect(shown?.[1]).toBe(fields.not_before);
		expect(readable(late.text)).toContain("It must be at most 7 days ahead.");
		expect(late.text).toContain('<details class="confirm dangerous" open>');
		const blank = await operator.submit(plan25, plan25, { reason: "  ", not_before: inDays(1) });
		expect(readable(blank.text)).toContain("Reason It must not be blank. Not before");
		expect(blank.text).toContain(`value="${inDays(1)}"`);
		expect(await deletes()).toEqual([]);
		// What comes back is a form that can be sent.
		const again = { ...hiddenIn(blank.text, plan25), reason: "INC-2" };
		expect((await operator.post(plan25, again)).status).toBe(303);
	});

	it("keeps the risks that were ticked when a field is wrong", async () => {
		const path = "/account/2001:db8:100:1::/64";
		const { text } = await operator.submit(path, path, { reason: " ", acknowledge: "still_provisioning" });
		expect(text).toMatch(/value="still_provisioning" checked/);
	});

	it("says what may have happened when the ledger is unreachable", async () => {
		const fields = hiddenIn((await operator.get(plan25)).text, plan25);
		breakLedger();
		const { status, text } = await operator.post(plan25, fields);
		expect(status).toBe(504);
		expect(readable(text)).toContain("If the deletion started, it continues by itself");
	});
});

describe("an approval", () => {
	it("is given by someone else, and carries out the deletion", async () => {
		const id = await pending();
		const other = await signedIn(approver.token);
		expect(readable((await other.get(`/records/${id}`)).text)).toContain("Approve the deletion of 198.51.100.0/24");
		const { status, location } = await other.submit(`/records/${id}`, `/records/${id}/approve`);
		expect([status, location]).toEqual([303, `/records/${id}`]);
		expect(await recordAt(location)).toMatchObject({
			state: "deleted",
			approval: { state: "approved", decided_by: { name: "approver", door: "page" } },
		});
		expect(readable((await other.get(`/records/${id}`)).text)).toContain("approver (page) approved it.");
	});

	it("is neither offered to the requester nor accepted from them", async () => {
		const id = await pending("unbind_sandbox");
		const { text } = await operator.get(`/records/${id}`);
		expect(text).not.toContain(`/records/${id}/approve`);
		const { form_token = "" } = hiddenIn(text, `/records/${id}/cancel`);
		const answer = await operator.post(`/records/${id}/approve`, { form_token });
		expect(answer.status).toBe(403);
		expect(readable(answer.text)).toContain("Someone else has to");
		expect(answer.text).toContain(`href="/records/${id}"`);
		expect(await recordAt(id)).toMatchObject({ state: "pending_approval" });
	});

	it("is one link away in a list, with its form open, for those who may give it and no others", async () => {
		const id = await pending("unbind_sandbox");
		const within = (name: string, ...ranges: string[]) => ({ [name]: { sha256: sha256(name), scopes, ranges } });
		const scopes = ["read", "approve"];
		const TOKENS = JSON.stringify({
			...within("here", "198.51.100.0/24"),
			...within("elsewhere", "203.0.113.0/24"),
			reader: { sha256: sha256("reader"), scopes: ["read", "delete", "restore", "freeze"] },
		});
		const review = `/records/${id}?review=true`;
		const sees = async (person: Visitor) => {
			const lists = await Promise.all(["/", "/account"].map(async (path) => (await person.get(path)).text));
			return lists.map((text) => text.includes(`href="${review}"`));
		};
		expect(await sees(await signedIn(approver.token))).toEqual([true, true]);
		expect(await sees(operator)).toEqual([false, false]);
		expect(await sees(await signedIn("here", { TOKENS }))).toEqual([true, true]);
		for (const token of ["elsewhere", "reader"])
			expect([token, ...(await sees(await signedIn(token, { TOKENS })))]).toEqual([token, false, false]);

		const other = await signedIn(approver.token);
		const opened = /<details class="confirm dangerous" open>/;
		expect((await other.get(review)).text).toMatch(opened);
		expect((await other.get(`/records/${id}`)).text).not.toMatch(opened);
		expect((await operator.get(review)).text).not.toMatch(opened);
		expect(await recordAt(id)).toMatchObject({ state: "pending_approval" });
	});

	it("can be rejected, and a later cancellation is refused", async () => {
		const id = await pending();
		const { form_token = "" } = hiddenIn((await operator.get(`/records/${id}`)).text, `/records/${id}/reject`);
		expect((await operator.post(`/records/${id}/reject`, { form_token })).status).toBe(303);
		const late = await operator.post(`/records/${id}/cancel`, { form_token });
		expect(late.status).toBe(409);
		expect(readable(late.text)).toContain("This deletion can't be cancelled: it was refused");
	});

	it("waits on the account page and is counted on every page", async () => {
		await pending();
		const account = readable((await operator.get("/account")).text);
		expect(account).toMatch(/waiting for approval · expires \S+ \S+ UTC Review and approve 198\.51\.100\.0\/24/);
		for (const path of ["/", "/account", plan25])
			expect((await operator.get(path)).text, path).toContain("Account (1 waiting for approval)");
	});
});

describe("a restoration", () => {
	it("is offered on the record and carried out", async () => {
		const { json } = await remove("203.0.113.128/25", "", "unbind_sandbox");
		const page = `/records/${json.id}`;
		expect(readable((await operator.get(page)).text)).toContain("Restore 203.0.113.128/25");
		expect((await operator.submit(page, `${page}/restore`)).location).toBe(page);
		const { text } = await operator.get(page);
		expect(readable(text)).toContain("restored");
		expect(text).not.toContain(`${page}/restore`);
	});

	it("is neither offered to people who may not restore nor done for them", async () => {
		const { json } = await remove("203.0.113.128/25");
		const other = await signedIn(approver.token);
		const { text } = await other.get(`/records/${json.id}`);
		expect(text).not.toContain("/restore");
		const { form_token = "" } = hiddenIn(text, "/sign-out");
		expect((await other.post(`/records/${json.id}/restore`, { form_token })).status).toBe(403);
		expect(await recordAt(json.id)).toMatchObject({ state: "deleted", restoration: null });
	});

	it("is shown while it runs", async () => {
		const { json } = await remove("203.0.113.128/25");
		const page = `/records/${json.id}`;
		await cloudflare.order({ method: "POST", fault: { kind: "hang_before" } });
		const { form_token = "" } = hiddenIn((await operator.get(page)).text, `${page}/restore`);
		const restoring = operator.post(`${page}/restore`, { form_token });
		await cloudflare.log(6);
		await vi.waitFor(async () => expect((await operator.get(page)).text).toContain("data-live="));
		await cloudflare.release();
		expect((await restoring).status).toBe(303);
	});
});

describe("a freeze", () => {
	it("is turned on and lifted, and every page shows it meanwhile", async () => {
		const { location } = await operator.submit("/account", "/freeze-switch", { reason: "INC-9" });
		expect(location).toBe("/account");
		const { json } = await remove("203.0.113.128/25");
		for (const path of ["/", "/account", plan25, `/records/${json.deletion_id}`]) {
			const { text } = await operator.get(path);
			expect(text.replaceAll(/<[^>]*>/g, ""), path).toContain("Deletions are frozen. sandbox: INC-9.");
		}
		expect((await call("/freeze")).json).toMatchObject({ frozen: true, by: { name: "sandbox", door: "page" } });
		expect((await operator.submit("/", "/freeze-switch")).status).toBe(303);
		expect((await call("/freeze")).json.frozen).toBe(false);
		expect((await operator.get("/")).text).not.toContain("frozen.");
	});

	it("ends at its time in UTC, and cannot be shortened", async () => {
		const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);
		const fields = { ...hiddenIn((await operator.get("/account")).text, "/freeze-switch"), reason: "INC-9" };
		await operator.post("/freeze-switch", { ...fields, until: inHours(2) });
		expect((await call("/freeze")).json.until).toBe(`${inHours(2)}:00.000Z`);
		expect((await operator.post("/freeze-switch", { ...fields, until: inHours(1) })).status).toBe(409);
	});

	it("shows a wrong field's error beside it, and keeps what was typed", async () => {
		const anHourAgo = new Date(Date.now() - 3_600_000).toISOString().slice(0, 16);
		const past = await operator.submit("/account", "/freeze-switch", { reason: "INC-9", until: anHourAgo });
		expect(past.status).toBe(400);
		expect(readable(past.text)).toContain("It must be in the future.");
		expect(past.text).toContain('name="reason" value="INC-9"');
		const bare = await operator.submit("/account", "/freeze-switch", { reason: "", until: anHourAgo });
		expect([bare.status, readable(bare.text)]).toEqual([400, expect.stringContaining("Reason It is missing.")]);
		expect((await call("/freeze")).json.frozen).toBe(false);
	});

	it("is neither offered to people who may not freeze nor accepted from them", async () => {
		const other = await signedIn(approver.token);
		const { text } = await other.get("/account");
		expect(text).not.toContain("/freeze-switch");
		const { form_token = "" } = hiddenIn(text, "/sign-out");
		expect((await other.post("/freeze-switch", { form_token, turn: "on", reason: "x" })).status).toBe(403);
		await freeze();
		expect((await other.get("/")).text).not.toContain("/freeze-switch");
		expect((await other.post("/freeze-switch", { form_token, turn: "off" })).status).toBe(403);
		expect((await call("/freeze")).json.frozen).toBe(true);
	});
});

describe("the account", () => {
	it("shows each prefix with its bindings, and which service handles an address", async () => {
		const { text } = await operator.get("/account");
		expect(readable(text)).toContain("203.0.113.0/24 Magic Transit active 203.0.113.0/26 CDN active 203.0.113.64/26");
		for (const id of Object.values(prefixes)) expect(text).toContain(id);
		expect(readable(text)).toContain("203.0.113.0/24 Edge, Amsterdam · AS64496 · announced by Cloudflare");
		const covering = readable((await operator.get("/account?covering=203.0.113.7")).text);
		expect(covering).toContain("203.0.113.0/26 CDN active");
		expect(covering).toContain("CDN serves 203.0.113.7, by 203.0.113.0/26 .");
		expect(covering).not.toContain("198.51.100");
		expect((await operator.get("/account?covering=")).status).toBe(200);
		expect((await operator.get("/account?covering=x")).status).toBe(400);
	});

	it("shows a single prefix on request", async () => {
		const { text } = await operator.get(`/account?prefix=${prefixes.amsterdam}`);
		expect(readable(text)).toContain("203.0.113.128/25 CDN active");
		expect(text).not.toContain("198.51.100.0/24");
		const none = await operator.get("/account?prefix=7fffffffffffffffffffffffffffffff");
		expect(readable(none.text)).toContain("There is no prefix 7fffffffffffffffffffffffffffffff.");
	});

	it("leads from a target without a binding to a useful page", async () => {
		await remove("203.0.113.128/25");
		const gone = await operator.get(plan25);
		expect(gone.status).toBe(404);
		expect(gone.text).toMatch(/<a href="\/records\/[0-9a-z]{26}">Last deletion of this binding<\/a>/);
		const address = await operator.get("/account/203.0.113.7");
		expect(address.status).toBe(422);
		expect(address.text).toContain('<a href="/account?covering=203.0.113.7/32">Who serves 203.0.113.7/32</a>');
	});

	it("says that Cloudflare is unreachable, and shows what the ledger knows", async () => {
		await pending();
		await cloudflare.order({ fault: { kind: "drop_before" }, times: 9 });
		const { status, text } = await operator.get("/account");
		expect(status).toBe(200);
		expect(readable(text)).toContain("Nothing was changed");
		expect(text).toContain('action="/freeze-switch"');
		expect(readable(text)).toMatch(/waiting for approval · expires \S+ \S+ UTC Review and approve 198\.51\.100\.0\/24/);
	});

	it("shows a plan that would be refused without a form", async () => {
		const { text } = await operator.get("/account/2001:db8:100:2::/64");
		expect(readable(text)).toContain("Not restorable refuses.");
		expect(readable(text)).toContain("A deletion would be refused right now.");
		expect(readable(text)).toContain("would go from a regional service to CDN");
		expect(text).not.toContain('name="if_match"');
	});

	it("shows a plan without a form to people who may not delete", async () => {
		const { text } = await (await signedIn(approver.token)).get(plan25);
		expect(readable(text)).toContain("you lack the scope “delete”");
		expect(text).not.toContain('name="if_match"');
	});

	it("requires a reason in the form if the guard requires one", async () => {
		const TOKENS = JSON.stringify({ a: { sha256: sha256("a"), scopes: ["read", "delete"] } });
		const strict = await signedIn("a", { TOKENS, GUARDS: { no_reason: "refuse" } });
		expect((await strict.get(plan25)).text).toMatch(/<input id="reason" name="reason" maxlength="500" required/);
	});
});
