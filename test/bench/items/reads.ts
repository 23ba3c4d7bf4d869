// Reads by callers: a record, and a poll that finds nothing new.
import { cancelledDeletion, deletionOf, published } from "../deletions.ts";
import { requestsPerSecond } from "../load.ts";
import { median, ratio, rounds } from "../rounds.ts";
import { atLeast, told } from "../table.ts";
import type { Item } from "./item.ts";

const perSecond = (values: readonly number[]): string => `${Math.round(median(values))}/s`;

export const reads: Item = async ({ world, client, quick, rounds: count }) => {
	const seconds = quick ? 1 : 3;
	const unbind = world.url("unbind");
	const record = await deletionOf(client, world, "unbind", 0);
	const final = await cancelledDeletion(client, unbind, 3);
	const itty = await deletionOf(client, world, "itty", 1);
	const hono = await deletionOf(client, world, "hono", 2);
	const { headers } = await client.send({ url: `${unbind}/deletions` });
	const poll = { url: `${unbind}/deletions`, headers: { "if-none-match": String(headers.etag) }, status: 304 };
	const calls = {
		constant: { url: `${world.url("constant")}/` },
		object: { url: `${world.url("constant")}/ledger` },
		poll,
		record: { url: `${unbind}/deletions/${record.id}` },
		final: { url: `${unbind}/deletions/${final.id}` },
		itty: { url: `${world.url("itty")}/deletions/${itty.id}` },
		hono: { url: `${world.url("hono")}/deletions/${hono.id}` },
	};
	await published(world, "unbind", [record.id, final.id]);
	for (const call of Object.values(calls)) await requestsPerSecond(call, 1);
	const measured = await rounds(count, {
		constant: () => requestsPerSecond(calls.constant, seconds),
		object: () => requestsPerSecond(calls.object, seconds),
		poll: () => requestsPerSecond(calls.poll, seconds),
		record: () => requestsPerSecond(calls.record, seconds),
		final: () => requestsPerSecond(calls.final, seconds),
		itty: () => requestsPerSecond(calls.itty, seconds),
		hono: () => requestsPerSecond(calls.hono, seconds),
	});
	const figures = (ours: readonly number[], theirs: readonly number[]) =>
		`${ratio(ours, theirs).toFixed(2)} (${perSecond(ours)} : ${perSecond(theirs)})`;
	const { constant, object, record: ours, final: finals } = measured;
	return [
		atLeast(
			"a record that cannot change, requests/s against (b)",
			ratio(finals, measured.itty),
			0.85,
			figures(finals, measured.itty),
		),
		told("  against (c)", figures(finals, measured.hono)),
		told("  one that can, which the Ledger is asked for too, against (b)", figures(ours, measured.itty)),
		atLeast("a poll, requests/s against (a)", ratio(measured.poll, constant), 0.4, figures(measured.poll, constant)),
		told("  (a) with one call to an object, against (a)", figures(object, constant)),
	];
};
