// What someone without the secret could make of a valid message: each mutation separately, and whether it changed the
// meaning.
import * as fc from "fast-check";
import { everyScheme, isShared, proofOf, type Row } from "../auth/every-scheme.ts";

export interface Message {
	headers: Record<string, string>;
	body: Uint8Array;
}

/** The numbers that make up a mutation, so that each can be repeated. */
export interface Choice {
	kind: Kind;
	edit: "change" | "drop" | "add" | "cut" | "double";
	place: number;
	value: number;
}
type Mutation = (row: Row, message: Message, choice: Choice, nowSeconds: number) => Message;

const edits: Record<Choice["edit"], (text: number[], place: number, value: number) => number[]> = {
	change: (all, place, value) => all.with(place, value),
	drop: (all, place) => all.toSpliced(place, 1),
	add: (all, place, value) => all.toSpliced(place, 0, value),
	cut: (all, place) => all.slice(0, place),
	double: (all) => [...all, ...all],
};

const editedBytes = (bytes: Uint8Array, { edit, place, value }: Choice): Uint8Array =>
	Uint8Array.from(edits[edit]([...bytes], place % bytes.length, value % 256));

/** Edits within the characters that a header can hold. */
function editedText(text: string, { edit, place, value }: Choice): string {
	const codes = [...text].map((character) => character.charCodeAt(0));
	const written = value % 8 === 0 ? 0x80 + (value % 0x80) : 0x20 + (value % 95);
	return text === "" ? "x" : String.fromCharCode(...edits[edit](codes, place % codes.length, written));
}

const inHeader =
	(nameOf: (row: Row) => string | undefined): Mutation =>
	(row, { headers, body }, choice) => {
		const name = nameOf(row);
		const value = name === undefined ? undefined : headers[name];
		if (name === undefined || value === undefined) return { headers, body };
		return { headers: { ...headers, [name]: editedText(value, choice) }, body };
	};

const proofHeader = ({ scheme }: Row): string => scheme.header;
const timestampHeader = ({ scheme }: Row): string | undefined => scheme.timestampHeader;
const idHeader = ({ scheme }: Row): string | undefined => scheme.idHeader;
const pick = <Item>(items: readonly Item[], { value }: Choice): Item | undefined => items[value % items.length];

const junk = ["x", " x", "abc", ".0", "e1", "\u00b2", ",1", "-", "+1", "0000", "n"];

export const mutations = {
	body: (_, { headers, body }, choice) => ({ headers, body: editedBytes(body, choice) }),
	proof: inHeader(proofHeader),
	timestamp: inHeader(timestampHeader),
	id: inHeader(idHeader),
	missing: (row, { headers, body }, choice) => {
		const names = [proofHeader(row), timestampHeader(row), idHeader(row)].filter((name) => name !== undefined);
		const { [pick(names, choice) ?? ""]: _, ...others } = headers;
		return { headers: others, body };
	},
	/** Moves the proof to another scheme's header. */
	moved: (row, { headers, body }, choice) => {
		const { [row.scheme.header]: proof = "", ...others } = headers;
		return { headers: { ...others, [pick(everyScheme, choice)?.scheme.header ?? ""]: proof }, body };
	},
	"another secret": (row, { body }, choice, timestampSeconds) => {
		const isKey = /^(?:whsk_|seed:)/.exec(row.secret.signs)?.[0];
		const seed = Buffer.alloc(32, `${choice.place}.${choice.value}`).toString("base64");
		const signs = isKey === undefined ? editedText(row.secret.signs, choice) : isKey + seed;
		return { headers: proofOf({ ...row, secret: { ...row.secret, signs } }, body, { timestampSeconds }), body };
	},
	"another time": (row, { body }, { place, value }, nowSeconds) => {
		const off = (301 + place) * (value % 2 === 0 ? 1 : -1);
		return { headers: proofOf(row, body, { timestampSeconds: Math.max(0, nowSeconds + off) }), body };
	},
	/** A malformed time that is signed, as from a sender with a broken clock. */
	"no time": (row, { headers, body }, choice, nowSeconds) => {
		const name = timestampHeader(row);
		if (name === undefined) return { headers, body };
		const text = `${nowSeconds}${pick(junk, choice)}`;
		const scheme = { ...row.scheme, signed: row.scheme.signed.replace("{timestamp}", text) };
		return { headers: { ...proofOf({ ...row, scheme }, body), [name]: text }, body };
	},
	/** A proof by another scheme with the same secret, in this scheme's header. */
	"another scheme": (row, { headers, body }, choice, timestampSeconds) => {
		const other = pick(everyScheme, choice) ?? row;
		const signs = [row.secret.signs, row.secret.checks.replace("whpk_", "whsec_"), other.secret.signs];
		const made = signs.map((secret) => {
			try {
				return proofOf({ ...other, secret: { checks: "", signs: secret } }, body, { timestampSeconds });
			} catch {
				return {};
			}
		});
		const theirs = made[choice.place % made.length] ?? {};
		return { headers: { ...theirs, ...headers, [row.scheme.header]: theirs[other.scheme.header] ?? "none" }, body };
	},
} satisfies Record<string, Mutation>;
export type Kind = keyof typeof mutations;
export const kinds = Object.keys(mutations) as Kind[];

export const mutated = (row: Row, message: Message, choice: Choice, nowSeconds: number): Message =>
	mutations[choice.kind](row, message, choice, nowSeconds);

export const choices: fc.Arbitrary<Choice> = fc.record({
	kind: fc.constantFrom(...kinds),
	edit: fc.constantFrom(...(Object.keys(edits) as Choice["edit"][])),
	place: fc.nat({ max: 1_000_000 }),
	value: fc.nat({ max: 1_000_000 }),
});

/** Whether it means the same in another spelling, and may be accepted. */
export function isTheSame(row: Row, before: Message, after: Message): boolean {
	const told = ({ headers, body }: Message) => {
		const all = new Headers(headers);
		return JSON.stringify([
			isShared(row) ? "" : [...body],
			all.get(timestampHeader(row) ?? "x-none"),
			all.get(idHeader(row) ?? "x-none"),
		]);
	};
	const [proof = ""] = proofsIn(row, before);
	return told(before) === told(after) && proofsIn(row, after).includes(proof);
}

/**
 * The proofs in one spelling each: hex and the names of Authorization schemes ignore case, and `basic` is only an
 * encoding.
 */
function proofsIn({ scheme }: Row, { headers }: Message): string[] {
	const text = new Headers(headers).get(scheme.header) ?? "";
	const isHex = Object.values(scheme.spellings).every(({ encoding }) => encoding === "hex");
	return (scheme.separator === undefined ? [text] : text.split(scheme.separator)).map((one) => {
		const [, name = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(one.trim()) ?? [];
		const isBasic = "basic " in scheme.spellings && name.toLowerCase() === "basic";
		if (isBasic) return `bearer ${Buffer.from(rest, "base64").toString()}`;
		const plain = scheme.header === "authorization" && rest !== "" ? `${name.toLowerCase()} ${rest}` : one.trim();
		return isHex ? plain.toLowerCase() : plain;
	});
}
