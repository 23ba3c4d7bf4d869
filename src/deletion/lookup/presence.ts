// Checks single bindings: is this one gone, and which one is at this CIDR? Both allow for Cloudflare's lag, and for what our
// own records say is gone.

import type { Binding } from "../address/binding.ts";
import { isCloudflareId, sameId } from "../address/cloudflare-id.ts";
import { lagMs } from "../limits.ts";
import type { CloudflareFault, Ports } from "../ports.ts";
import type { BindingSnapshot } from "../record/deletion.ts";
import { goneAtMs } from "../record/gone.ts";
import { fail, ok, type Result } from "../result.ts";

/**
 * Whether a binding that was seen at `seenAtMs` is gone. A 404 counts only if the prefix is still listed: if the whole prefix
 * is missing, the cause may be the credential, or Cloudflare. One or two calls.
 */
export async function checkGone(
	binding: BindingSnapshot | null,
	seenAtMs: number,
	{ cloudflare, now }: Ports,
): Promise<"gone" | "there" | "unclear"> {
	if (binding === null || !isCloudflareId(binding.prefix_id) || !isCloudflareId(binding.id)) return "unclear";
	// An active binding has been there for hours. Any other may be so new that a lagging read does not show it yet.
	const mayBeNew = binding.provisioning?.state !== "active" && now() < seenAtMs + lagMs;
	const read = await cloudflare.getBinding(binding.prefix_id, binding.id);
	if (read.ok) return "there";
	if (read.failure.kind !== "not_found" || mayBeNew) return "unclear";
	const prefixes = await cloudflare.listPrefixes({ fresh: true });
	return prefixes.ok && prefixes.value.items.some(({ id }) => sameId(id, binding.prefix_id)) ? "gone" : "unclear";
}

/**
 * What is bound at exactly this CIDR of a prefix; null if nothing is. One call, plus one for each binding listed there.
 * @param gone bindings that are known to be gone, whatever a read that lags shows.
 */
export async function boundAt(
	{ prefix_id, cidr }: Pick<BindingSnapshot, "prefix_id" | "cidr">,
	ports: Ports,
	gone: readonly string[] = [],
): Promise<Result<Binding | null, CloudflareFault>> {
	if (!isCloudflareId(prefix_id)) return ok(null);
	const listing = await ports.cloudflare.listBindings(prefix_id, { fresh: true });
	if (!listing.ok) return listing;
	for (const item of listing.value.items.filter(({ range }) => range?.text === cidr)) {
		if (gone.some((id) => sameId(id, item.id))) continue;
		const present = await isThere(prefix_id, item, ports);
		if (!present.ok) return present;
		if (present.value) return ok(item);
	}
	return ok(null);
}

/** Whether a listed binding really exists. One we deleted does not while lists may lag; after that, a read decides. */
export async function isThere(
	prefixId: string,
	{ id }: Pick<Binding, "id">,
	{ cloudflare, journal, now }: Ports,
): Promise<Result<boolean, CloudflareFault>> {
	const deleted = journal.lastGone({ bindingId: id });
	if (deleted !== null && now() < goneAtMs(deleted) + lagMs) return ok(false);
	if (!isCloudflareId(prefixId) || !isCloudflareId(id)) return ok(true);
	const read = await cloudflare.getBinding(prefixId, id);
	if (read.ok) return ok(true);
	return read.failure.kind === "not_found" ? ok(false) : fail(read.failure);
}
