// What wrangler knows about the Worker: its bundle, exactly as a deployment would ship it, and its bindings from
// wrangler.toml. Neither reads .dev.vars, so no real secrets get into a sandbox. Wrangler sends no telemetry, checks
// for no updates and writes no logs here.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url).href);
const configPath = `${root}wrangler.toml`;

const quiet = {
	WRANGLER_SEND_METRICS: "false",
	WRANGLER_HIDE_BANNER: "true",
	WRANGLER_WRITE_LOGS: "false",
};

/**
 * Bundles the Worker into a directory: `index.js` and what it imports. Can bundle another script with another
 * configuration.
 */
export async function buildWorker(outputPath: string, other?: { script: string; configPath: string }): Promise<void> {
	const wrangler = fileURLToPath(import.meta.resolve("wrangler"));
	const bin = wrangler.replace(/wrangler-dist.*$/, "bin/wrangler.js");
	const args = ["deploy", "--dry-run", "--config", other?.configPath ?? configPath, "--outdir", outputPath];
	if (other !== undefined) args.push(other.script);
	const child = spawn(process.execPath, [bin, ...args], {
		cwd: root,
		// Wrangler writes a metrics.json even when told to send none. This keeps it out of the user's home.
		env: { ...process.env, ...quiet, WRANGLER_LOG: "error", XDG_CONFIG_HOME: `${root}.wrangler` },
		stdio: ["ignore", "pipe", "pipe"],
	});
	const ended = new Promise<number | null>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", resolve);
	});
	const [code, out, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
	if (code !== 0) throw new Error(`the Worker could not be built:\n${errors || out}`);
}

type ModuleType = "ESModule" | "Text" | "Data" | "CompiledWasm";

/** The first ending that fits decides. */
const moduleTypes: readonly [string, ModuleType][] = [
	[".js", "ESModule"],
	[".mjs", "ESModule"],
	[".txt", "Text"],
	[".html", "Text"],
	[".sql", "Text"],
	[".bin", "Data"],
	[".wasm", "CompiledWasm"],
];

/** The modules of a bundle, the entry first. Wrangler's own rules say what each file is. */
export function readBundle(bundlePath: string, entry = "index.js") {
	const names = readdirSync(bundlePath, { recursive: true, encoding: "utf8" });
	const others = names.filter((name) => name !== entry);
	return [entry, ...others].flatMap((name) => {
		const [, type] = moduleTypes.find(([end]) => name.endsWith(end)) ?? [];
		return type ? [{ type, path: join(bundlePath, name) }] : [];
	});
}

/**
 * The Worker's options for miniflare, with the vars of wrangler.toml as its only plain bindings and the files of
 * public/ as its assets.
 */
export async function readWorkerOptions() {
	// Set before wrangler is imported, which reads them at once.
	Object.assign(process.env, quiet, { WRANGLER_LOG: "none" });
	const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import("wrangler");
	const config = unstable_readConfig({ config: configPath }, { hideWarnings: true });
	// The bundle says what its modules are, and miniflare 5 takes no rules.
	const { modulesRules: _, ...workerOptions } = unstable_getMiniflareWorkerOptions(configPath).workerOptions;
	return { ...workerOptions, name: config.name ?? "worker", bindings: config.vars };
}
