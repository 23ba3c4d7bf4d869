import { afterEach, expect, it, vi } from "vitest";
import { fail, ok } from "../../src/deletion/result.ts";
import { decideAbout } from "../../src/ledger/decision.ts";

afterEach(() => vi.restoreAllMocks());

it("logs a refused decision with who made it and why, and no other", async () => {
	const logged = vi.spyOn(console, "warn").mockReturnValue();
	const by = { name: "alice", door: "page" } as const;
	const find = async () => ok(null);
	await decideAbout("approval", "7y", by, find, () => ok(null));
	await decideAbout("approval", "7y", by, find, () => fail({ code: "self_approval" }));
	const lines = logged.mock.calls.map(([line]) => JSON.parse(line));
	const said = { event: "approval_refused", deletion_id: "7y", actor: "alice", door: "page", code: "self_approval" };
	expect(lines).toEqual([{ level: "warn", ...said }]);
});

it("decides nothing about a record that can't be read", async () => {
	vi.spyOn(console, "warn").mockReturnValue();
	const unreadable = { code: "history_unreadable" as const, detail: "Try again.", retry_after_seconds: 60 };
	const decide = vi.fn(() => ok(null));
	const by = { name: "alice", door: "page" } as const;
	expect(await decideAbout("approval", "7y", by, async () => fail(unreadable), decide)).toEqual(fail(unreadable));
	expect(decide).not.toHaveBeenCalled();
});
