// Bundles everything that is measured as a deployment would: unbind, its peers and the account behind them. Wrangler
// builds each into its own directory.
import { fileURLToPath } from "node:url";
import { buildWorker } from "../../sandbox/wrangler.ts";

const here = fileURLToPath(new URL("./", import.meta.url).href);
const configPath = `${here}peers/wrangler.toml`;

const scripts = {
	constant: "peers/constant.ts",
	bare: "peers/bare.ts",
	itty: "peers/itty.ts",
	hono: "peers/hono.ts",
	upstream: "upstream.ts",
	counting: "counting.ts",
	starter: "starter.ts",
};
const lanes = 2;

export interface Bundle {
	path: string;
	entry: string;
}
export type Bundles = Record<keyof typeof scripts | "unbind", Bundle>;

export async function buildBundles(directory: string): Promise<Bundles> {
	const bundles: Partial<Bundles> = { unbind: { path: `${directory}/unbind`, entry: "index.js" } };
	const builds = [() => buildWorker(`${directory}/unbind`)];
	for (const name of Object.keys(scripts) as (keyof typeof scripts)[]) {
		const path = `${directory}/${name}`;
		bundles[name] = { path, entry: `${name}.js` };
		builds.push(() => buildWorker(path, { script: here + scripts[name], configPath }));
	}
	const lane = async () => {
		for (let build = builds.pop(); build !== undefined; build = builds.pop()) await build();
	};
	await Promise.all(Array.from({ length: lanes }, lane));
	return bundles as Bundles;
}
