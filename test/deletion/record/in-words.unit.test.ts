import { expect, it } from "vitest";
import { joinedWords } from "../../../src/deletion/record/in-words.ts";
import { approvalIn, recordIn } from "../../notify/records.ts";

it("says whose deletion was joined, and what it waits for", () => {
	const begins = "Your request joined the deletion of 203.0.113.128/25 that alice requested. It ";
	expect(joinedWords(recordIn("deleting"))).toBe(`${begins}is under way.`);
	expect(joinedWords(recordIn("scheduled"))).toBe(`${begins}starts when the freeze is lifted.`);
	expect(joinedWords(recordIn("scheduled", { not_before: "2030-01-02T00:00:00.000Z" }))).toBe(
		`${begins}is scheduled for 2030-01-02T00:00:00.000Z. Nothing is deleted before then.`,
	);
	expect(joinedWords(recordIn("pending_approval", approvalIn("pending")))).toContain(
		`${begins}waits for approval until`,
	);
});

it("says nothing of what has settled", () => {
	expect(joinedWords(recordIn("deleted"))).toBeNull();
});
