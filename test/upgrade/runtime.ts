// A release of unbind in workerd, with its data on disk. The Ledger and the Workers in front of it may run different
// releases, as for a few minutes of every roll-out.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import type { Imitation } from "../../sandbox/imitation/imitation.ts";
import { createNodeOutbound } from "../../sandbox/imitation/node-handler.ts";
import { sandboxBindings } from "../../sandbox/settings.ts";
import { withoutSignalListeners } from "../../sandbox/signals.ts";
import { readWorkerOptions } from "../../sandbox/wrangler.ts";
import type { Json } from "../../src/deletion/record/json.ts";

/** A Worker's modules by name, the entry first. */
export type Modules = Record<string, string>;

export interface RuntimeOptions {
	/** The release that runs the Ledger. */
	ledger: Modules;
	/** Another release's Worker in front of the same Ledger and the same KV namespace. */
	neighbour?: Modules;
	/** An absolute path. A runtime started on the same data continues where the last one stopped. */
	dataPath: string;
	imitation: Imitation;
	/** Replace the sandbox's. */
	bindings?: Record<string, Json>;
}

export type From = "owner" | "neighbour";

export interface Runtime {
	/** A request to the Ledger's own Worker, or to the other release's. */
	fetch(from: From, path: string, init?: RequestInit): Promise<Response>;
	/** Ends workerd at once, whatever it is doing. */
	stop(): Promise<void>;
}

export const kept = (file: string): string => join(import.meta.dirname, "releases", file);

export const readBundle = async (path: string): Promise<Modules> => ({ "index.js": await readFile(path, "utf8") });

const host = "127.0.0.1";
/** The Ledger's storage is found by this name, whichever release runs it. */
const owner = "unbind";

export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
	const workerOptions = await readWorkerOptions();
	const worker = (name: string, modules: Modules, ledger: { scriptName?: string }) => ({
		...workerOptions,
		name,
		modules: Object.entries(modules).map(([path, contents]) => ({ type: "ESModule" as const, path, contents })),
		modulesRoot: "/",
		bindings: { ...workerOptions.bindings, ...sandboxBindings, ...options.bindings },
		durableObjects: { LEDGER: { className: "Ledger", useSQLite: true, ...ledger } },
		outboundService: { node: createNodeOutbound(options.imitation) },
		unsafeDirectSockets: [{ host, port: 0 }],
	});
	const workers = [worker(owner, options.ledger, {})];
	if (options.neighbour !== undefined) workers.push(worker("neighbour", options.neighbour, { scriptName: owner }));
	const miniflareOptions = convertV4MiniflareOptions({
		host,
		port: 0,
		cf: false,
		log: new Log(LogLevel.NONE),
		logRequests: false,
		handleStructuredLogs: () => {},
		resourcePersistencePath: join(options.dataPath, "storage"),
		workers,
	});
	const miniflare = withoutSignalListeners(() => new Miniflare(miniflareOptions));
	await miniflare.ready;
	const addresses: Record<From, URL> = {
		owner: await miniflare.unsafeGetDirectURL(owner),
		neighbour: await miniflare.unsafeGetDirectURL(options.neighbour === undefined ? owner : "neighbour"),
	};
	return {
		fetch: (from, path, init) => fetch(new URL(path, addresses[from]), init),
		stop: () => miniflare.dispose(),
	};
}
