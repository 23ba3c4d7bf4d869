// Checks the figures in docs/scale.md against the code: the size of a record, and what the Ledger holds after ten days
// at a given number of deletions per day.
import { join } from "node:path";
import { indexKeys, metadataOf, recordKey } from "../../../src/adapters/history/keys.ts";
import type { Deletion } from "../../../src/deletion/deletion.ts";
import { deletionOf } from "../deletions.ts";
import { simulate } from "../simulate.ts";
import { atMost, exactly, type Row, told } from "../table.ts";
import type { Item } from "./item.ts";

const keptDays = 7;
const days = 10;

export const scale: Item = async ({ world, client, quick, directory }) => {
	const { id } = await deletionOf(client, world, "unbind", 3);
	const like: Deletion = JSON.parse((await client.send({ url: `${world.url("unbind")}/deletions/${id}` })).text);
	const bytesOf = (text: string) => Buffer.byteLength(text);
	const record = bytesOf(JSON.stringify(like));
	const metadata = bytesOf(JSON.stringify(metadataOf(like)));
	const keys = [recordKey(id), ...indexKeys(like)];
	const inKv = record + keys.reduce((sum, key) => sum + bytesOf(key) + metadata, 0);
	const rows: Row[] = [
		told(
			"a record: JSON, metadata, all in KV under its keys",
			`${record} B, ${metadata} B, ${inKv} B under ${keys.length}`,
		),
	];
	for (const aDay of quick ? [10, 100] : [10, 1000, 10_000]) {
		const held = await simulate(join(directory, `ledger-${aDay}.sqlite`), like, aDay, days);
		const perRow = held.bytes / held.rows;
		const name = `${aDay.toLocaleString("en")} a day for ${days} days`;
		rows.push(
			exactly(`${name}: rows in the Ledger`, String(held.rows), String(aDay * keptDays)),
			told("  its size", `${(held.bytes / 1e6).toFixed(1)} MB, ${Math.round(perRow)} B a row`),
			atMost(
				"  a poll, a page, the guards, the alarm: the slowest of its queries",
				Math.max(held.pollMs, held.pageMs, held.guardsMs, held.alarmMs),
				5,
				[held.pollMs, held.pageMs, held.guardsMs, held.alarmMs].map((ms) => ms.toFixed(2)).join(", "),
				" ms",
			),
		);
	}
	return rows;
};
