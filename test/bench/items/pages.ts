// The history page, compared with peers that read every record and with itself at other history sizes.
import { type Call, type Client, timesMs } from "../load.ts";
import { median, ratio, rounds } from "../rounds.ts";
import { atMost, told } from "../table.ts";
import type { Item } from "./item.ts";

/** The sizes of the prepared histories, in records. */
export const sizes = [1000, 100_000, 1_000_000] as const;
export const historyOf = (size: number): string => `history-${size}`;

const ms = (values: readonly number[]): string => `${median(values).toFixed(2)} ms`;
const pathOfPage = "/deletions?limit=50";

export const pages: Item = async ({ world, client, quick, rounds: count }) => {
	const requests = quick ? 20 : 200;
	const firstOf = (worker: string): Call => ({ url: world.url(worker) + pathOfPage });
	const timed =
		(call: Call, times = requests) =>
		() =>
			medianTime(client, call, times);
	for (const worker of ["itty", "hono", ...sizes.map(historyOf)]) await timed(firstOf(worker), 50)();

	const smallest = firstOf(historyOf(sizes[0]));
	const people = await Promise.all(sizes.map((size) => signedIn(historyOf(size))));
	const peers = await rounds(count, {
		unbind: timed(smallest),
		itty: timed(firstOf("itty"), Math.ceil(requests / 10)),
		hono: timed(firstOf("hono"), Math.ceil(requests / 10)),
	});
	const against = (theirs: readonly number[]) =>
		`1/${(1 / ratio(peers.unbind, theirs)).toFixed(1)} (${ms(peers.unbind)} : ${ms(theirs)})`;
	return [
		atMost("a page of 50, time against (b)", ratio(peers.unbind, peers.itty), 0.1, against(peers.itty)),
		told("  against (c)", against(peers.hono)),
		...(await acrossSizes(
			"the first page",
			sizes.map((size) => firstOf(historyOf(size))),
		)),
		...(await acrossSizes("the tenth page", await Promise.all(sizes.map((size) => tenthOf(historyOf(size)))))),
		...(await acrossSizes("the list for people", people, 1.3)),
		...(await acrossSizes("  its second page", await Promise.all(people.map(secondOf)), 1.3)),
	];

	async function tenthOf(worker: string): Promise<Call> {
		let path = pathOfPage;
		for (let page = 1; page < 10; page++) {
			const { text } = await client.send({ url: world.url(worker) + path });
			path = `${pathOfPage}&cursor=${JSON.parse(text).next}`;
		}
		return { url: world.url(worker) + path };
	}

	/** The page's newest list, with a session's cookie. */
	async function signedIn(worker: string): Promise<Call> {
		const url = world.url(worker);
		const headers = { origin: url, "content-type": "application/x-www-form-urlencoded" };
		const form = { method: "POST", url: `${url}/sign-in`, headers, body: "token=unbind_sandbox", status: 303 };
		const { "set-cookie": cookies } = (await client.send(form)).headers;
		return { url: `${url}/`, headers: { cookie: String(cookies).split(";")[0] ?? "" } };
	}

	async function secondOf(newest: Call): Promise<Call> {
		const { text } = await client.send(newest);
		const next = /href="\/([^"]*)" rel="next"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
		if (next === undefined) throw new Error("the history has no second page");
		return { ...newest, url: newest.url + next };
	}

	async function acrossSizes(what: string, calls: readonly Call[], most = 1.2) {
		for (const call of calls) await timed(call, 50)();
		const [small, middle, large] = calls.map((call) => timed(call));
		if (!small || !middle || !large) throw new Error("there are three sizes");
		const times = await rounds(count, { small, middle, large });
		const medians = [times.small, times.middle, times.large].map(median);
		const spread = Math.max(...medians) / Math.min(...medians);
		const shown = [times.small, times.middle, times.large].map(ms).join(", ");
		return [
			atMost(
				`${what} at ${sizes.map((size) => size.toLocaleString("en")).join(" / ")} records, spread`,
				spread,
				most,
				`${spread.toFixed(2)} (${shown})`,
			),
		];
	}
};

async function medianTime(client: Client, call: Call, times: number): Promise<number> {
	return median(await timesMs(client, Array(times).fill(call)));
}
