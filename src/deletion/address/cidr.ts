// CIDRs as ranges of addresses, v4 and v6, in one canonical form. Strict: anything ambiguous is refused, not guessed at
// (no octal, no short forms, no zone, only ASCII digits).
import { fail, ok, type Result } from "../result.ts";

export interface Cidr {
	family: 4 | 6;
	/** The canonical spelling (RFC 5952 for v6). */
	text: string;
	first: bigint;
	last: bigint;
	length: number;
}

/** Why a text is not a CIDR; `hint` is the correct spelling. */
type CidrFailure = { reason: "not_a_cidr" } | { reason: "bare_address" | "host_bits"; hint: string };

const addressBits = { 4: 32, 6: 128 } as const;

export function parseCidr(text: string): Result<Cidr, CidrFailure> {
	const [, addressText, lengthText] = /^([0-9a-fA-F:.]{2,45})(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text) ?? [];
	if (addressText === undefined) return fail({ reason: "not_a_cidr" });
	const address = parseAddress(addressText);
	if (address === null) return fail({ reason: "not_a_cidr" });

	const bits = addressBits[address.family];
	const length = lengthText === undefined ? bits : Number(lengthText);
	if (length > bits) return fail({ reason: "not_a_cidr" });
	const hostMask = (1n << BigInt(bits - length)) - 1n;
	const cidr = cidrAt(address.family, address.value & ~hostMask, length);
	if (lengthText === undefined) return fail({ reason: "bare_address", hint: cidr.text });
	return address.value === cidr.first ? ok(cidr) : fail({ reason: "host_bits", hint: cidr.text });
}

/** The CIDR of that length starting at `first`, which must have no host bits. */
export function cidrAt(family: 4 | 6, first: bigint, length: number): Cidr {
	const bits = addressBits[family];
	return {
		family,
		first,
		last: first + (1n << BigInt(bits - length)) - 1n,
		length,
		text: `${addressTextOf(family, first)}/${length}`,
	};
}

/** Whether every address of `inner` is in `outer`; a CIDR contains itself. */
export const contains = (outer: Cidr, inner: Cidr): boolean =>
	outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;

/** Two CIDRs overlap only if one contains the other. */
export const overlaps = (one: Cidr, other: Cidr): boolean => contains(one, other) || contains(other, one);

const octets = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** A v6 address that ends in v4 form is refused: its prefix length would not mean what it seems to. */
function parseAddress(text: string): { family: 4 | 6; value: bigint } | null {
	if (octets.test(text)) {
		return { family: 4, value: text.split(".").reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n) };
	}
	const canonical = text.includes(":") && !text.includes(".") ? canonicalV6(text) : null;
	return canonical === null ? null : { family: 6, value: valueOfV6(canonical) };
}

/** Ranges that the configuration has checked; one that can't be parsed allows nothing. */
export const cidrsOf = (ranges: readonly string[] | null): Cidr[] | null =>
	ranges?.flatMap((text) => {
		const cidr = parseCidr(text);
		return cidr.ok ? [cidr.value] : [];
	}) ?? null;

/** Whether a CIDR lies within one of the ranges; null means everywhere. A text that is no CIDR is within none. */
export function isWithin(ranges: readonly string[] | null, text: string): boolean {
	const own = cidrsOf(ranges);
	const cidr = parseCidr(text);
	return own === null || (cidr.ok && own.some((range) => contains(range, cidr.value)));
}

/** The platform's URL parser reads v6 and prints it in RFC 5952 form; null if it can't. */
function canonicalV6(text: string): string | null {
	return URL.parse(`http://[${text}]`)?.hostname.slice(1, -1) ?? null;
}

function valueOfV6(canonical: string): bigint {
	const [before = [], after = []] = canonical.split("::").map((part) => (part === "" ? [] : part.split(":")));
	const gap = Array.from({ length: 8 - before.length - after.length }, () => "");
	return BigInt(`0x${[...before, ...gap, ...after].map((group) => group.padStart(4, "0")).join("")}`);
}

function addressTextOf(family: 4 | 6, value: bigint): string {
	if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
	const groups = value
		.toString(16)
		.padStart(32, "0")
		.replace(/.{4}(?!$)/g, "$&:");
	return canonicalV6(groups) ?? groups;
}
