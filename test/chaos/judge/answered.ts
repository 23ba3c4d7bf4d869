// Every answer agrees with the record: a settled answer never changes except by a restoration, a record named in an
// answer can still be found, and at most one binding is deleted under one key.
import { claimOf, type Facts } from "./facts.ts";
import { createBench, type Verdict } from "./verdict.ts";

export function answered({ seen, records, recordById, asked, lives, recordsOf }: Facts): Verdict {
	const { verdict, look } = createBench();
	for (const told of seen) {
		if (told.kind !== "told") continue;
		const { id, state, status, code, settled, step, what } = told;
		const record = id === null ? undefined : recordById.get(id);
		const about = { recordId: id ?? told.about, bindingId: record?.binding?.id ?? null, step };
		if (status === 500) look(`${step} was answered 500 when it asked for a ${what}`, about);
		if (code === "deletion_not_found" && what !== "resolution") look(`${step} did not find a record again`, about);
		if (id !== null) look(record === undefined ? `${step} was told of a record that is none` : null, about);
		if (record !== undefined && settled && state !== null) {
			// A record whose restored binding is gone can be restored again.
			const isAgain = state === "restored" && claimOf(record) !== null;
			// A caller's further refusals and misses of an hour share one record, which tells of the first of them.
			const isShared = record.target === "various" && (state === "refused" || state === "failed");
			const isSame = record.state === state || (record.state === "restored" && claimOf(record) === state);
			const kept = isSame || isAgain || isShared;
			look(kept ? null : `${step} was told ${state}, and the record says ${record.state}`, about);
		}
		// The Cloudflare-compatible API shows no record, and its callers name the binding.
		if (what === "deletion" && status === 200 && id === null) {
			const bindingId = asked.get(step)?.find(({ target }) => /^[0-9a-f]{32}$/.test(target))?.target;
			if (bindingId === undefined) continue;
			const isGone = (lives.get(bindingId)?.goneAtMs ?? Number.POSITIVE_INFINITY) <= told.atMs;
			const isSaid = recordsOf.get(bindingId)?.some((one) => claimOf(one) !== null) ?? false;
			look(isGone && isSaid ? null : `${step} was told that it is deleted, and it is not`, { bindingId });
		}
	}
	for (const { step, id } of seen.filter((one) => one.kind === "given"))
		look(recordById.has(id) ? null : `${step} was given the id of no record`, { recordId: id });
	const byStep = Map.groupBy(
		records.filter((record) => claimOf(record) === "deleted"),
		({ reason }) => reason ?? "",
	);
	for (const [step, [first, ...others]] of byStep) {
		const about = { recordId: first?.id ?? null, bindingId: first?.binding?.id ?? null };
		look(others.length === 0 ? null : `under the key ${step}, ${others.length + 1} bindings were deleted`, about);
		// An earlier answer may have released the key. A later one must be the same.
		const isLater = (id: string | null) => (recordById.get(id ?? "")?.created_at ?? "") > (first?.created_at ?? "");
		const told = seen
			.filter((one) => one.kind === "told")
			.filter((one) => one.step === step && one.what === "deletion");
		const later = told.find(({ id }) => id !== first?.id && isLater(id));
		look(later === undefined ? null : `${step} got another answer, ${later.id}, under the same key`, about);
	}
	return verdict;
}
