// The size of the bundle and the CPU time its start takes beyond (a)'s. A start is what Cloudflare limits: compiling
// and evaluating the code outside handlers. Each start is in a new isolate of a running runtime, so that only the
// Worker's own share is counted. The first answer is measured separately.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { sandboxBindings } from "../../../sandbox/settings.ts";
import { readBundle } from "../../../sandbox/wrangler.ts";
import type { Bundle } from "../bundles.ts";
import { cpuMs } from "../process.ts";
import { median, rounds } from "../rounds.ts";
import { atMost, told } from "../table.ts";
import { peerWorker, startWorld } from "../world.ts";
import type { Item } from "./item.ts";

export const size: Item = async ({ bundles, directory, client, quick }) => {
	const modules = modulesOf(bundles.unbind);
	const texts = Object.values(modules).map((one) => (typeof one === "string" ? one : one.text));
	const kB = gzipSync(texts.join("")).byteLength / 1000;
	const plain = `${kB.toFixed(1)} kB (${(texts.join("").length / 1000).toFixed(0)} kB plain)`;
	const bundle = atMost("Worker bundle, gzip", kB, 60, plain, " kB");

	const starter = peerWorker("starter", bundles.starter, { upstream: null, bindings: { VARS: sandboxBindings } });
	const world = await startWorld(join(directory, "starts"), [{ ...starter, workerLoaders: { LOADER: {} } }]);
	try {
		const url = world.url("starter");
		for (const [name, all] of Object.entries({ unbind: modules, constant: modulesOf(bundles.constant) }))
			await client.send({ method: "PUT", url: `${url}/?start=${name}`, body: JSON.stringify(all) });
		const start = (query: string, status: number) => async () => {
			const before = cpuMs(world.workerd) ?? Number.NaN;
			await client.send({ url: `${url}/?start=${query}`, status });
			return (cpuMs(world.workerd) ?? Number.NaN) - before;
		};
		const starts = {
			unbind: start("unbind", 200),
			constant: start("constant", 200),
			answering: start("unbind&answer", 401),
			answeringConstant: start("constant&answer", 200),
		};
		if (Number.isNaN(await starts.constant())) return [bundle, told("start-up CPU over (a)", "told by Linux only")];
		const times = await rounds(quick ? 5 : 50, starts);
		const over = (ours: readonly number[], theirs: readonly number[]) => {
			const added = median(ours) - median(theirs);
			return { added, shown: `${added.toFixed(1)} ms (${median(ours).toFixed(1)} − ${median(theirs).toFixed(1)})` };
		};
		const started = over(times.unbind, times.constant);
		return [
			bundle,
			atMost("start-up CPU over (a)", started.added, 10, started.shown, " ms"),
			told("  with the first answer", over(times.answering, times.answeringConstant).shown),
		];
	} finally {
		await world.stop();
	}
};

/** The entry as `bundle.js`, and the modules it imports. */
function modulesOf({ path, entry }: Bundle): Record<string, string | { text: string }> {
	const modules = readBundle(path, entry).map(({ type, path: file }, index) => {
		const text = readFileSync(file, "utf8");
		return [index === 0 ? "bundle.js" : basename(file), type === "ESModule" ? text : { text }] as const;
	});
	return Object.fromEntries(modules);
}
