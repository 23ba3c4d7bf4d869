import { expect, it } from "vitest";
import { at, type Restoration } from "../../../src/deletion/record/deletion.ts";
import { isHeldUp, outcomeOf, unknownOr } from "../../../src/deletion/restorations/outcome.ts";
import { noonMs, recordIn } from "../../notify/records.ts";

const restoration = (change: Partial<Restoration>): { restoration: Restoration } => ({
	restoration: {
		state: "restored",
		requested_at: at(noonMs),
		requested_by: { name: "bob", door: "api" },
		settled_at: at(noonMs),
		binding_id: "d1",
		provisioning: null,
		settles_within_hours: 6,
		cloudflare: null,
		failure: null,
		active_at: null,
		...change,
	},
});
const record = (change: Partial<Restoration>) => recordIn("deleted", restoration(change));
const failed = (code: "cloudflare_unavailable" | "cloudflare_refused", status: number | null = null) => {
	const answer = { status, success: false, errors: [], messages: [], ray: null, duration_ms: 1, attempts: 1 };
	return record({ state: "failed", failure: { code, detail: "No." }, cloudflare: answer });
};

it("names the new binding only once it is there, and the reason only of a failure", () => {
	const nothing = { binding_id: null, code: null, detail: null };
	expect(outcomeOf(recordIn("deleted"))).toEqual({ ...nothing, state: "waiting" });
	expect(outcomeOf(record({}))).toEqual({ ...nothing, state: "restored", binding_id: "d1" });
	expect(outcomeOf(record({ state: "restoring" }))).toEqual({ ...nothing, state: "restoring" });
	expect(outcomeOf(failed("cloudflare_refused"))).toEqual({
		...{ state: "failed", binding_id: null, code: "cloudflare_refused", detail: "No." },
	});
});

it("tries again after a failure that passes, and after no other", () => {
	const held = [failed("cloudflare_unavailable"), failed("cloudflare_refused", 429)].map(isHeldUp);
	const final = [failed("cloudflare_refused", 403), record({}), recordIn("deleted")].map(isHeldUp);
	expect([held, final]).toEqual([
		[true, true],
		[false, false, false],
	]);
});

it("shows a restoration under way as unknown only if it is", () => {
	expect([unknownOr(null), unknownOr(record({ state: "unknown" })), unknownOr(record({ state: "restoring" }))]).toEqual(
		["restoring", "unknown", "restoring"],
	);
});
