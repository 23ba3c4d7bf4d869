// Asks for many restorations, and lets the alarm carry them out.
import { expect } from "vitest";
import type { Restorations } from "../../src/deletion/restorations/restorations.ts";
import { type Answer, call, cloudflare } from "../harness.ts";
import { wakeAfter } from "./clock.ts";
import { operator, others } from "./people.ts";

export const restoreMany = (
	deletions: readonly string[],
	{ token = operator.token, key, reason }: { token?: string; key?: string; reason?: string } = {},
): Promise<Answer> =>
	call("/restorations", {
		method: "POST",
		token,
		json: { deletions, reason },
		headers: key === undefined ? {} : { "idempotency-key": key },
	});

export const restorations = async (id: string): Promise<Restorations> => (await call(`/restorations/${id}`)).json;

/** Lets the alarm work until all is settled. */
export async function lastGone(id: string, atMostSeconds = 60): Promise<Restorations> {
	for (let second = 0; second < atMostSeconds; second++) {
		await wakeAfter(1000);
		// What the alarm began goes on after it.
		const known = await quiet(id);
		if (known.state === "done") return known;
	}
	return restorations(id);
}

/** The state once it changes no more without the alarm. */
async function quiet(id: string): Promise<Restorations> {
	let before = "";
	let known = await restorations(id);
	await expect
		.poll(
			async () => {
				const text = before;
				known = await restorations(id);
				before = JSON.stringify([known.counts, (await cloudflare.calls()).length]);
				return text === before;
			},
			{ interval: 20, timeout: 10_000 },
		)
		.toBe(true);
	return known;
}

/** Everything in the prefix is deleted by somebody else. */
export const emptied = (prefixId: string): Promise<void> => others(prefixId, () => []);
