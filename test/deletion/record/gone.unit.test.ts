import { expect, it } from "vitest";
import { states } from "../../../src/deletion/record/deletion.ts";
import { goneAs, isGone } from "../../../src/deletion/record/gone.ts";
import { noonMs, recordIn } from "../../notify/records.ts";

const at = new Date(noonMs).toISOString();

it("counts as gone only what was done or seen to be done", () => {
	expect(states.filter(isGone).toSorted()).toEqual(["already_gone", "deleted", "deleted_elsewhere", "restored"]);
});

it("still knows how a restored binding went", () => {
	const elsewhere = { noticed_at: at, last_seen_at: at, by: null, how: null, token_name: null, ray: null };
	expect(goneAs(recordIn("restored"))).toBe("deleted");
	expect(goneAs(recordIn("restored", { timeline: [{ at, event: "already_gone" }] }))).toBe("already_gone");
	expect(goneAs(recordIn("restored", { elsewhere }))).toBe("deleted_elsewhere");
});
