import { expect, it } from "vitest";
import { createRecordAliases } from "../../src/ledger/aliases.ts";
import { answersAtMost, publishLookAfterMs } from "../../src/ledger/limits.ts";
import { noonMs, sqlOf } from "./a-storage.ts";

it("remembers the newest answers, and forgets the oldest", () => {
	const aliases = createRecordAliases(
		sqlOf(),
		() => noonMs,
		() => {},
	);
	for (let count = 0; count <= answersAtMost; count++) aliases.remember(`id-${count}`, "the record");
	expect([aliases.remembered("id-0"), aliases.remembered("id-1")]).toEqual([null, "the record"]);
});

it("stores what a caller was given, across a restart, and has it published", () => {
	const sql = sqlOf();
	const due: number[] = [];
	const create = () =>
		createRecordAliases(
			sql,
			() => noonMs,
			(atMs) => void due.push(atMs),
		);
	create().store("given", "the record");
	create().store("given", "another");
	expect([create().remembered("given"), create().stored("given"), create().stored("other")]).toEqual([
		null,
		"the record",
		null,
	]);
	expect(due[0]).toBe(noonMs + publishLookAfterMs);
});
