// What a command line means, and that it never means more than it says.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCidr } from "../../../src/deletion/address/cidr.ts";
import { type Command, commandOf, parseCommand, verbNames } from "../../../src/doors/chat/command.ts";
import { nearestOf } from "../../../src/nearest.ts";

const aliases = new Map([
	["edge-cdn", "203.0.113.128/25"],
	["history", "198.51.100.0/24"],
]);
const read = (text: string) => parseCommand(text, aliases);
const understood = (text: string): Command => {
	const command = read(text);
	if (!command.ok) throw new Error(command.failure.detail);
	return command.value;
};
const id = `7${"z".repeat(25)}`;
const bindingId = "c01d0000000000000000000000000003";

describe("a line", () => {
	it.each([
		["203.0.113.128/25", "203.0.113.128/25", null],
		["  203.0.113.128/25  INC-4211   drain ", "203.0.113.128/25", "INC-4211 drain"],
		["2001:DB8:0:0::/64 why", "2001:db8::/64", "why"],
		[`${bindingId} x`, bindingId, "x"],
		["edge-cdn history", "edge-cdn", "history"],
		["delete 203.0.113.128/25 show me", "203.0.113.128/25", "show me"],
		["DELETE edge-cdn", "edge-cdn", null],
		["delete history", "history", null],
		["203.0.113.128/25\u00a0INC-1\nand more", "203.0.113.128/25", "INC-1 and more"],
	])("%j names one binding", (text, named, reason) => {
		expect(understood(text)).toMatchObject({ verb: "delete", target: { named }, reason });
	});

	it.each([
		["", { verb: "help" }],
		[" \n", { verb: "help" }],
		["Help me", { verb: "help" }],
		["history", { verb: "history", target: null }],
		["history 198.51.100.0/24", { verb: "history", target: { named: "198.51.100.0/24" } }],
		[`Show ${id}`, { verb: "show", id }],
		[`approve ${id}`, { verb: "approve", id }],
		["freeze INC-1: we are  being watched", { verb: "freeze", reason: "INC-1: we are being watched" }],
		["unfreeze", { verb: "unfreeze" }],
	])("%j is a command", (text, command) => expect(understood(text)).toMatchObject(command));

	it.each([
		["hisotry", "There is no command", { verb: null, nearest: "history" }],
		["restor x", "There is no command", { verb: null, nearest: "restore" }],
		["aprove", "There is no command", { verb: null, nearest: "approve" }],
		["unfreez", "There is no command", { verb: null, nearest: "unfreeze" }],
		["constructor", "There is no command", { verb: null, nearest: null }],
		["everything", "There is no command", { verb: null, nearest: null }],
		["*", "There is no command", { verb: null, nearest: null }],
		["203.0.113.0/8", "Did you mean 203.0.0.0/8?", { verb: "delete" }],
		["203.0.113.7", "did you mean 203.0.113.7/32?", { verb: "delete" }],
		["203.0.113.128/25,203.0.113.0/26", "names no binding", { verb: "delete" }],
		["delete", "Name the binding", { verb: "delete" }],
		["delete all", "names no binding", { verb: "delete" }],
		[`203.0.113.128/25 ${"x".repeat(501)}`, "must be at most 500 characters", { verb: "delete" }],
		["203.0.113.128/25 a\u0000b", "must not contain control characters", { verb: "delete" }],
		["history a b", '"history" takes [target] and nothing else.', { verb: "history" }],
		["history nonsense", "names no binding", { verb: "history" }],
		["show", "Name the deletion by its id: show <id>.", { verb: "show" }],
		["show 42", "is not a deletion id", { verb: "show" }],
		[`restore ${id} ${id}`, '"restore" takes <id> and nothing else.', { verb: "restore" }],
		["freeze", "Give a reason", { verb: "freeze" }],
		["unfreeze now", '"unfreeze" takes no arguments.', { verb: "unfreeze" }],
	])("%j gets an explanation of what is wrong", (text, detail, more) => {
		const command = read(text);
		expect(command).toMatchObject({ ok: false, failure: { detail: expect.stringContaining(detail), ...more } });
	});
});

const word = fc.oneof(
	fc.constantFrom(
		"203.0.113.128/25",
		"203.0.113.0/24",
		"2001:db8::/48",
		"edge-cdn",
		"*",
		"0.0.0.0/0",
		bindingId,
		id,
		...verbNames,
	),
	fc.string({ unit: "binary", maxLength: 40 }),
);
const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));

describe("any input", () => {
	it("is read without an exception, and a target is one of its words, unchanged", () => {
		fc.assert(
			fc.property(line, (text) => {
				const command = read(text);
				if (!command.ok || !("target" in command.value) || command.value.target === null) return;
				const { target } = command.value;
				const [first = "", second = ""] = text.trim().split(/\s+/);
				const written = verbNames.some((verb) => verb === first.toLowerCase()) ? second : first;
				const cidr = parseCidr(aliases.get(written) ?? written);
				if (target.kind === "id")
					expect(target).toMatchObject({ named: written, bindingId: aliases.get(written) ?? written });
				else expect(cidr).toEqual({ ok: true, value: target.cidr });
			}),
			{ numRuns: 2000 },
		);
	});

	it("is read as strictly when its parts arrive separately", () => {
		fc.assert(
			fc.property(fc.constantFrom(...verbNames), word, word, word, (verb, target, named, reason) => {
				const command = commandOf(verb, { target, id: named, reason }, aliases);
				if (!command.ok || !("target" in command.value) || command.value.target === null) return;
				const { target: found } = command.value;
				const meant = aliases.get(target) ?? target;
				if (found.kind === "id") expect(found.bindingId).toBe(meant);
				else expect(parseCidr(meant)).toEqual({ ok: true, value: found.cidr });
			}),
			{ numRuns: 1000 },
		);
	});

	it("finds the nearest command up to two letters away, and no further", () => {
		expect(nearestOf("hsitory", verbNames)).toBe("history");
		expect(nearestOf("shwo", verbNames)).toBe("show");
		expect(nearestOf("freze", verbNames)).toBe("freeze");
		expect(nearestOf("abcdef", verbNames)).toBeNull();
		expect(nearestOf("x", verbNames)).toBeNull();
		expect(nearestOf("x".repeat(100_000), verbNames)).toBeNull();
	});
});
