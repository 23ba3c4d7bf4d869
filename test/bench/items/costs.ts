// What each operation costs in calls to Cloudflare, KV and the Ledger, counted around the Worker as it ships.
// test/costs.test.ts checks the same figures, and more, on every test run.
import { setTimeout } from "node:timers/promises";
import { cancelledDeletion, published, unbindDeletion } from "../deletions.ts";
import type { Call } from "../load.ts";
import { exactly, told } from "../table.ts";
import type { Item } from "./item.ts";

const settledMs = 300;

export const costs: Item = async ({ world, client }) => {
	const counting = world.url("counting");
	const json = async (url: string) => JSON.parse((await client.send({ url })).text);
	const callsSoFar = async () => {
		const { GET, DELETE } = await json(`${world.url("upstream")}/calls`);
		return { GET, DELETE };
	};
	async function costOf(call: Call) {
		await setTimeout(settledMs);
		await json(`${counting}/counts`);
		const before = await callsSoFar();
		const { headers, text } = await client.send(call);
		await setTimeout(settledMs);
		const after = await callsSoFar();
		const counts: Record<string, number> = await json(`${counting}/counts`);
		const {
			ledger = 0,
			kv_put = 0,
			kv_list = 0,
			kv_get = 0,
			commits = 0,
			rows_read = 0,
			rows_written = 0,
			alarm_set = 0,
		} = counts;
		const shown = `${after.GET - before.GET} GET, ${after.DELETE - before.DELETE} DELETE; KV ${kv_put} put, ${kv_list} list, ${kv_get} get; Ledger ${ledger}`;
		return {
			shown,
			headers,
			text,
			rows: `${commits} commits, ${rows_read} rows read, ${rows_written} written, ${alarm_set} alarm set`,
		};
	}
	const start = await costOf({ url: `${counting}/freeze` });
	const first = await costOf(unbindDeletion(world, "counting", 0));
	const next = await costOf(unbindDeletion(world, "counting", 1));
	const plan = await costOf({ url: `${counting}/bindings/10.0.2.0/28` });
	const page = await costOf({ url: `${counting}/deletions?limit=50` });
	const poll = await costOf({
		url: `${counting}/deletions`,
		headers: { "if-none-match": String(page.headers.etag) },
		status: 304,
	});
	const record = await costOf({ url: `${counting}/deletions/${JSON.parse(next.text).id}` });
	const cancelled = await cancelledDeletion(client, counting, 2);
	await published(world, "counting", [cancelled.id]);
	const final = await costOf({ url: `${counting}/deletions/${cancelled.id}` });
	return [
		told("a new Ledger, once", start.shown),
		exactly("a deletion, the account unknown yet", first.shown, "2 GET, 1 DELETE; KV 3 put, 0 list, 0 get; Ledger 1"),
		exactly("a deletion", next.shown, "1 GET, 1 DELETE; KV 3 put, 0 list, 0 get; Ledger 1"),
		told("  in the Ledger's database", next.rows),
		exactly("a plan", plan.shown, "1 GET, 0 DELETE; KV 0 put, 0 list, 0 get; Ledger 1"),
		exactly("a list page", page.shown, "0 GET, 0 DELETE; KV 0 put, 1 list, 0 get; Ledger 1"),
		told("  in the Ledger's database", page.rows),
		exactly("a poll that finds nothing new", poll.shown, "0 GET, 0 DELETE; KV 0 put, 0 list, 0 get; Ledger 1"),
		told("  in the Ledger's database", poll.rows),
		exactly("a record that can change", record.shown, "0 GET, 0 DELETE; KV 0 put, 0 list, 1 get; Ledger 1"),
		exactly("a record that cannot", final.shown, "0 GET, 0 DELETE; KV 0 put, 0 list, 1 get; Ledger 1"),
	];
};
