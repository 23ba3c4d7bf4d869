// Proofs of every scheme: only what is signed is accepted. Everything else is refused, and nothing throws.
import { describe, expect, it } from "vitest";
import { prove } from "../../../src/doors/auth/proof.ts";
import {
	atSeconds,
	body,
	bytesOf,
	everyScheme,
	isShared,
	outcome,
	outcomeOf,
	proofOf,
	type Row,
} from "./every-scheme.ts";

const presented = ({ scheme }: Row, headers: Record<string, string>): string => headers[scheme.header] ?? "";

const rows = everyScheme.map((row): [string, Row] => [row.name, row]);
const signing = rows.filter(([, row]) => !isShared(row));
const stamped = rows.filter(([, { scheme }]) => scheme.timestampHeader !== undefined);

describe.each(rows)("%s:", (_, row) => {
	it("accepts a proven message and returns what was signed", async () => {
		const proof = await prove(
			row.scheme,
			[row.secret.checks],
			new Headers(proofOf(row)),
			bytesOf(body),
			atSeconds * 1000,
		);
		const { scheme } = row;
		const message = scheme.signed
			.replace("{timestamp}", String(atSeconds))
			.replace("{id}", "msg_1")
			.replace("{body}", body);
		expect(proof).toEqual({
			ok: true,
			value: { messageId: scheme.idHeader === undefined ? null : "msg_1", signed: bytesOf(message) },
		});
	});

	it("accepts a body beyond ASCII, an empty one, and one that is not text", async () => {
		for (const text of ["Zürich 🜃 {timestamp}{id}{body}$&", "", new Uint8Array([0, 255, 192, 128, 10, 13, 0xd8])])
			expect(await outcomeOf(row, proofOf(row, text), text)).toBe("proven");
	});

	it("accepts either of two secrets, the newest first, and no third one", async () => {
		const both = [row.another.checks, row.secret.checks];
		const bySecond = proofOf({ ...row, secret: row.another });
		expect(await outcome(row.scheme, both, proofOf(row))).toBe("proven");
		expect(await outcome(row.scheme, both, bySecond)).toBe("proven");
		expect(await outcome(row.scheme, both.toReversed(), bySecond)).toBe("proven");
		expect(await outcome(row.scheme, [row.secret.checks], bySecond)).toBe("wrong");
		expect(await outcome(row.scheme, [], proofOf(row))).toBe("wrong");
	});

	it("finds no signature in a missing, empty or endless header", async () => {
		const { [row.scheme.header]: proof = "", ...others } = proofOf(row);
		expect(await outcomeOf(row, others)).toBe("no_signature");
		for (const none of ["", "   ", `${proof}${" ".repeat(4096)}${proof}`])
			expect(await outcomeOf(row, { ...others, [row.scheme.header]: none })).toBe("no_signature");
	});

	it("refuses a malformed proof without throwing", async () => {
		const headers = proofOf(row);
		const proof = presented(row, headers);
		const start = Object.keys(row.scheme.spellings).find((one) => proof.toLowerCase().startsWith(one.toLowerCase()));
		const prefix = proof.slice(0, start?.length ?? 0);
		const value = proof.slice(prefix.length);
		const malformed = [
			prefix || "x",
			`${prefix}${value}0`,
			`${prefix}${value}00`,
			`${prefix}${value.slice(0, -1)}`,
			`${prefix}${value.slice(0, -2)}`,
			`${prefix}${value.slice(0, 2)}`,
			`${prefix}${value}${value}`,
			`${prefix}${value.slice(0, 4)} ${value.slice(4)}`,
			`${prefix}zz${value.slice(2)}`,
			`${prefix}!${value.slice(1)}`,
			`${prefix}\u00ff${value.slice(1)}`,
			`${prefix}%${value}`,
			`${prefix}=`,
			`${prefix}====`,
			`${prefix}${"0".repeat(64)}`,
			`${prefix}${"A".repeat(86)}==`,
			`x${proof}`,
			`${prefix}${prefix || "x"}${value}`,
			`"${proof}"`,
			"null",
			"=",
			",",
			";",
		];
		for (const one of malformed)
			expect([one, await outcomeOf(row, { ...headers, [row.scheme.header]: one })]).toEqual([one, "wrong"]);
	});
});

describe.each(signing)("%s:", (_, row) => {
	it("refuses another body", async () => {
		const headers = proofOf(row);
		for (const other of ["", `${body} `, body.slice(1), body.toUpperCase(), `\u{feff}${body}`])
			expect(await outcomeOf(row, headers, other)).toBe("wrong");
	});

	it("accepts hex in upper case, and only one spelling of base64", async () => {
		const headers = proofOf(row);
		const proof = presented(row, headers);
		const isHex = /[0-9a-f]{40,}$/.test(proof);
		const upper = proof.replace(/[0-9a-f]{40,}$/, (digits) => digits.toUpperCase());
		if (isHex) expect(await outcomeOf(row, { ...headers, [row.scheme.header]: upper })).toBe("proven");
		// The last letter has bits that no byte uses. Another letter may differ only in those.
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
		const sameBytes = proof.replace(/.(?==+$)/, (letter) => alphabet.charAt(alphabet.indexOf(letter) + 1));
		const urlSafe = proof.replaceAll("+", "-").replaceAll("/", "_");
		const others = [proof.replace(/=+$/, ""), urlSafe, `${proof}=`, sameBytes];
		for (const one of others.filter((other) => other !== proof))
			expect(await outcomeOf(row, { ...headers, [row.scheme.header]: one })).toBe("wrong");
	});
});

describe.each(stamped)("%s:", (_, row) => {
	const at = (timestampSeconds: number) => proofOf(row, body, { timestampSeconds });
	const { timestampHeader = "" } = row.scheme;

	it("accepts a clock up to five minutes off in either direction, and not a second more", async () => {
		for (const off of [-300, -299, 0, 299, 300]) expect(await outcomeOf(row, at(atSeconds + off))).toBe("proven");
		for (const off of [-301, -86_400, 301, 86_400, 31_536_000])
			expect(await outcomeOf(row, at(atSeconds + off))).toBe("stale");
		for (const other of [0, atSeconds * 1000 - 1e12]) expect(await outcomeOf(row, at(other))).toBe("stale");
	});

	it.each([
		["junk after it", `${atSeconds}abc`],
		["junk before it", `t=${atSeconds}`],
		["not a number", "NaN"],
		["infinity", "Infinity"],
		["a date", "2023-11-14T22:13:20Z"],
		["a fraction", `${atSeconds}.5`],
		["a power", "17e8"],
		["hexadecimal digits", "0x6553f100"],
		["a sign", `+${atSeconds}`],
		["a negative sign", `-${atSeconds}`],
		["two of them", `${atSeconds}, ${atSeconds}`],
		["milliseconds", `${atSeconds}000`],
		["a leading zero", `0${atSeconds}`],
		["digits of another script", "١٧٠٠٠٠٠٠٠٠"],
		["an empty value", ""],
	])("refuses a signed timestamp that is or has %s", async (_what, text) => {
		const scheme = { ...row.scheme, signed: row.scheme.signed.replace("{timestamp}", text) };
		const headers = proofOf({ ...row, scheme });
		const sent = new Headers(headers);
		// A header holds bytes, so anything beyond them arrives as UTF-8.
		sent.set(timestampHeader, String.fromCharCode(...bytesOf(text)));
		const proof = await prove(row.scheme, [row.secret.checks], sent, bytesOf(body), atSeconds * 1000);
		expect(proof).toEqual({ ok: false, failure: "no_timestamp" });
	});

	it("refuses a timestamp that was not signed, and a missing one", async () => {
		const { [timestampHeader]: _at, ...without } = at(atSeconds);
		expect(await outcomeOf(row, without)).toBe("no_timestamp");
		expect(await outcomeOf(row, { ...without, [timestampHeader]: String(atSeconds + 1) })).toBe("wrong");
		expect(await outcomeOf(row, { ...without, [timestampHeader]: `0${atSeconds}` })).toBe("no_timestamp");
	});
});

it("only these schemes sign no time, so their messages never expire", async () => {
	const later = 10 * 365 * 86_400;
	const names: string[] = [];
	for (const [name, row] of signing) {
		const found = await outcome(row.scheme, [row.secret.checks], proofOf(row), body, atSeconds + later);
		if (found === "proven") names.push(name.split(",")[0] ?? "");
		else expect(found).toBe("stale");
	}
	expect([...new Set(names)]).toEqual(["github", "grafana", "pagerduty", "hmac"]);
});
