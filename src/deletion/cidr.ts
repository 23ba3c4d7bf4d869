// CIDRs as ranges of addresses, v4 and v6, in one canonical form. Strict: what is not written as an address range
// is refused, not guessed at (no octal, no short forms, no zone, no digits but ASCII's).
import ipaddr from "ipaddr.js";
import { fail, ok, type Result } from "./result.ts";

export interface Cidr {
	family: 4 | 6;
	/** The canonical spelling (RFC 5952 for v6). */
	text: string;
	first: bigint;
	last: bigint;
	length: number;
}

/** Why a text is no CIDR; `hint` is what would have been right. */
export type CidrFailure = { reason: "not_a_cidr" } | { reason: "bare_address" | "host_bits"; hint: string };

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

/** The CIDR of that length which begins at `first`; `first` has no host bits. */
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

/** Whether every address of `inner` is one of `outer`; a CIDR contains itself. */
export const contains = (outer: Cidr, inner: Cidr): boolean =>
	outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;

function parseAddress(text: string): { family: 4 | 6; value: bigint } | null {
	const parsed = ipaddr.IPv4.isValidFourPartDecimal(text)
		? ipaddr.IPv4.parse(text)
		: !text.includes(".") && ipaddr.IPv6.isValid(text)
			? ipaddr.IPv6.parse(text)
			: null;
	if (parsed === null) return null;
	const value = parsed.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
	return { family: parsed.kind() === "ipv4" ? 4 : 6, value };
}

function addressTextOf(family: 4 | 6, value: bigint): string {
	const bytes: number[] = [];
	for (let shift = addressBits[family] - 8; shift >= 0; shift -= 8) bytes.push(Number((value >> BigInt(shift)) & 255n));
	return family === 4 ? new ipaddr.IPv4(bytes).toString() : new ipaddr.IPv6(bytes).toRFC5952String();
}
