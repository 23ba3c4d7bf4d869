// A legitimate deletion while others do their worst for ten seconds each: a caller with a `read` token, a webhook sender,
// a stranger. All of them share one core with unbind here; at Cloudflare they would not.
import { setTimeout } from "node:timers/promises";
import autocannon from "autocannon";
import { unbindDeletion } from "../deletions.ts";
import { quantile } from "../rounds.ts";
import { atMost, told } from "../table.ts";
import type { Item } from "./item.ts";

const connections = 32;
const pauseMs = 50;
const hex = (digits: number): string =>
	Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join("");

/** Forty ids that no one has, as ten times turned the rate limit off once. */
const alerts = () => ({
	version: "4",
	status: "firing",
	alerts: Array.from({ length: 40 }, () => ({
		status: "firing",
		labels: { alertname: "drain", binding: hex(32) },
		annotations: {},
		startsAt: new Date().toISOString(),
		fingerprint: hex(16),
	})),
});

interface Attack {
	method?: "GET" | "POST";
	path: string;
	headers: Record<string, string>;
	body?: string;
}

const attacks: Record<string, Attack> = {
	"a read token that lists": {
		path: "/deletions?actor=zz&limit=1000",
		headers: { authorization: "Bearer unbind_sandbox_approver" },
	},
	"a read token that asks how unbind is": {
		path: "/status",
		headers: { authorization: "Bearer unbind_sandbox_approver" },
	},
	"a sender of random ids": {
		method: "POST",
		path: "/webhooks/alertmanager",
		headers: {
			authorization: `Basic ${Buffer.from("alertmanager:a-sandbox-password").toString("base64")}`,
			"content-type": "application/json",
		},
		body: JSON.stringify(alerts()),
	},
	"a stranger with long queries": {
		path: `/deletions?${"a=1&".repeat(1000)}`,
		headers: { authorization: "Bearer unbind_guess" },
	},
};

export const hostile: Item = async ({ world, client, quick }) => {
	const seconds = quick ? 2 : 10;
	const base = world.url("unbind");
	let index = 0;
	/** The times of deletions, one after the other, for so long. */
	const deletions = async () => {
		const times: number[] = [];
		for (const endMs = performance.now() + seconds * 1000; performance.now() < endMs; await setTimeout(pauseMs))
			times.push((await client.send(unbindDeletion(world, "unbind", index++))).ms);
		return times;
	};
	await deletions();
	const quietMs = quantile(await deletions(), 0.99);
	const rows = [told("DELETE, p99 with nobody else", `${quietMs.toFixed(1)} ms`)];
	for (const [who, { method = "GET", path, headers, body }] of Object.entries(attacks)) {
		const attack = autocannon({
			url: base + path,
			method,
			headers,
			...(body === undefined ? {} : { body }),
			connections,
			duration: seconds,
			workers: 1,
		});
		const p99Ms = quantile(await deletions(), 0.99);
		const { requests } = await attack;
		const shown = `${(p99Ms / quietMs).toFixed(1)} (${p99Ms.toFixed(1)} ms, ${Math.round(requests.average)} requests/s)`;
		rows.push(atMost(`DELETE, p99 beside ${who}, times the quiet one`, p99Ms / quietMs, 3, shown));
		await setTimeout(1000);
	}
	return rows;
};
