// The domain's Cloudflare port. Paths are built here, from checked ids only. Simultaneous callers share reads. Calls that
// change something are never shared.

import * as v from "valibot";
import type { BgpPrefix } from "../../deletion/address/bgp-prefix.ts";
import type { Binding, Prefix } from "../../deletion/address/binding.ts";
import { parseCidr } from "../../deletion/address/cidr.ts";
import { type CloudflareId, plainId, sameId } from "../../deletion/address/cloudflare-id.ts";
import type { Cloudflare, CloudflareFault, Listing, ReadOptions } from "../../deletion/ports.ts";
import type { CloudflareAnswer } from "../../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../../deletion/result.ts";
import type { Caller } from "./caller.ts";
import { isForbidden, type Understood } from "./interpret.ts";

export interface Addressing extends Cloudflare {
	/** Calls left of the rate limit, according to the last answer; null if unknown. */
	callsLeft(): number | null;
	/** For how long a sparing call would be held back now; usually 0. */
	spareMs(): number;
}

export function createAddressing(accountId: CloudflareId, { call, read, callsLeft, spareMs }: Caller): Addressing {
	const reads = new Map<string, Promise<Result<Listing<unknown>, CloudflareFault>>>();
	const prefixesPath = `/accounts/${accountId}/addressing/prefixes`;
	const bindingsPath = (prefixId: CloudflareId) => `${prefixesPath}/${prefixId}/bindings`;

	/**
	 * Simultaneous reads of one path are fetched once, unless a caller needs a fresh read. A sparing read can fail because
	 * little of the limit is left, so only other sparing reads share it.
	 */
	function shared(
		path: string,
		{ fresh, sparing = false }: ReadOptions,
	): Promise<Result<Listing<unknown>, CloudflareFault>> {
		const key = sparing ? `sparing ${path}` : path;
		const underWay = reads.get(path) ?? reads.get(key);
		if (underWay !== undefined && !fresh) return underWay;
		const listing = read(path, { sparing }, asListing).finally(() => {
			if (reads.get(key) === listing) reads.delete(key);
		});
		reads.set(key, listing);
		return listing;
	}

	/** unbind draws conclusions from what is missing in a list, so a list with unreadable or repeated items is unusable. */
	function mapped<Item extends { id: string }>(
		listing: Result<Listing<unknown>, CloudflareFault>,
		read: (item: unknown) => Item | null,
	): Result<Listing<Item>, CloudflareFault> {
		if (!listing.ok) return listing;
		const items = listing.value.items.map(read).filter((item) => item !== null);
		if (items.length < listing.value.items.length)
			return fail(unreadable(emptyAnswer, "the list holds items without an id, or prefixes without a CIDR"));
		if (new Set(items.map(({ id }) => plainId(id).toLowerCase())).size < items.length)
			return fail(unreadable(emptyAnswer, "the list names an item twice"));
		return ok({ ...listing.value, items });
	}

	return {
		callsLeft,
		spareMs,
		listPrefixes: async (options) => mapped(await shared(prefixesPath, options), toPrefix),
		listBindings: async (prefixId, options) => mapped(await shared(bindingsPath(prefixId), options), toBinding),
		getBinding: (prefixId, bindingId) =>
			read(`${bindingsPath(prefixId)}/${bindingId}`, {}, (reply) => {
				const binding = toBinding(reply.result);
				if (binding !== null && sameId(binding.id, bindingId)) return ok(binding);
				return fail(unreadable(reply.answer, "the answer does not show the binding that was asked for"));
			}),
		async listBgpPrefixes(prefixId, { sparing }) {
			const path = `${prefixesPath}/${prefixId}/bgp/prefixes`;
			const reply = await call({ method: "GET", path }, { sparing, optional: true });
			if (!reply.ok) return fail(isForbidden(reply.failure) ? "no_permission" : "unreadable");
			const listing = asListing(reply.value, 0);
			const items = listing.ok ? listing.value.items.map(toBgpPrefix).filter((item) => item !== null) : [];
			const isWhole = listing.ok && items.length === listing.value.items.length && items.length <= bgpPrefixesAtMost;
			return isWhole ? ok(items) : fail("unreadable");
		},
		async deleteBinding(prefixId, bindingId) {
			const reply = await call({ method: "DELETE", path: `${bindingsPath(prefixId)}/${bindingId}` });
			return reply.ok ? ok(reply.value.answer) : reply;
		},
		async createBinding(prefixId, { cidr, serviceId }, how = {}) {
			const body = JSON.stringify({ cidr, service_id: serviceId });
			const reply = await call({ method: "POST", path: bindingsPath(prefixId), body }, how);
			if (!reply.ok) return reply;
			const { answer, result } = reply.value;
			const binding = toBinding(result);
			return binding === null
				? fail(unreadable(answer, "the answer does not show the new binding"))
				: ok({ answer, binding });
		},
	};
}

const emptyAnswer: CloudflareAnswer = {
	status: 200,
	success: true,
	errors: [],
	messages: [],
	ray: null,
	duration_ms: 0,
};

const unreadable = (answer: CloudflareAnswer, why: string): CloudflareFault => ({
	kind: "unclear",
	answer: { ...answer, unreadable: why },
});

/** unbind draws conclusions from what is missing in a list, so the answer has to be a complete list. */
function asListing(
	{ answer, result, totalCount }: Understood,
	askedAtMs: number,
): Result<Listing<unknown>, CloudflareFault> {
	if (!Array.isArray(result)) return fail(unreadable(answer, "the answer holds no list"));
	if (totalCount !== null && totalCount > result.length) {
		return fail(unreadable(answer, `the answer lists ${result.length} of ${totalCount}`));
	}
	return ok({ items: result, askedAtMs });
}

const text = v.fallback(v.nullable(v.string()), null);
const prefixSchema = v.object({
	id: v.string(),
	cidr: v.string(),
	approved: text,
	description: text,
	asn: v.fallback(v.nullable(v.pipe(v.number(), v.integer())), null),
	advertised: v.fallback(v.nullable(v.boolean()), null),
});
const bindingSchema = v.object({
	id: v.string(),
	cidr: text,
	service_id: text,
	service_name: text,
	provisioning: v.fallback(v.nullable(v.object({ state: text })), null),
});

/** The watch keeps them, twenty prefixes to a row. */
const bgpPrefixesAtMost = 250;
const bgpPrefixSchema = v.object({
	cidr: v.string(),
	on_demand: v.fallback(v.nullable(v.object({ advertised: v.fallback(v.nullable(v.boolean()), null) })), null),
});

function toBgpPrefix(item: unknown): BgpPrefix | null {
	const read = v.safeParse(bgpPrefixSchema, item);
	const range = read.success ? parseCidr(read.output.cidr) : null;
	if (!read.success || !range?.ok) return null;
	return { cidr: range.value.text, advertised: read.output.on_demand?.advertised ?? null };
}

function toPrefix(item: unknown): Prefix | null {
	const read = v.safeParse(prefixSchema, item);
	const range = read.success ? parseCidr(read.output.cidr) : null;
	if (!read.success || !range?.ok) return null;
	return { ...read.output, cidr: range.value.text, range: range.value };
}

/** null without an id: the binding could not be named. */
function toBinding(item: unknown): Binding | null {
	const read = v.safeParse(bindingSchema, item);
	if (!read.success) return null;
	const { id, cidr, service_id, service_name, provisioning } = read.output;
	const range = cidr === null ? null : parseCidr(cidr);
	return {
		id,
		cidr: range?.ok ? range.value.text : cidr,
		range: range?.ok ? range.value : null,
		serviceId: service_id,
		serviceName: service_name,
		provisioningState: provisioning?.state ?? null,
	};
}
