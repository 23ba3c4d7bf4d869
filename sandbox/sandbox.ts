// A running sandbox: the Worker in workerd exactly as it ships, with the imitation of Cloudflare's API behind it. It
// listens only on loopback and contacts nothing else.
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import type { Json } from "../src/deletion/record/json.ts";
import { createImitation, type Imitation } from "./imitation/imitation.ts";
import { createNodeOutbound } from "./imitation/node-handler.ts";
import { type Served, serveImitation } from "./imitation/serve.ts";
import { sandboxBindings } from "./settings.ts";
import { withoutSignalListeners } from "./signals.ts";
import { loadState, openAuditLog, saveState } from "./store.ts";
import { buildWorker, readBundle, readWorkerOptions } from "./wrangler.ts";

export interface SandboxOptions {
	/** 0, the default, takes any free port. */
	port?: number;
	/** The imitation's own port. If it is taken, any free one. */
	imitationPort?: number;
	/** An absolute path. Holds the Worker's storage, the imitation's state and the bundle. */
	dataPath: string;
	/** Removes the data first. */
	fresh?: boolean;
	/** An existing bundle (`buildWorker`), for tests that start many sandboxes. */
	bundlePath?: string;
	/** How long a new binding is provisioning. Without it, for good. */
	settlingSeconds?: number;
	/** Added to the sandbox's bindings. */
	bindings?: Record<string, Json>;
	/** What the Worker and its runtime log, line by line. */
	onLog?: (message: string, level: string) => void;
}

export interface Sandbox {
	url: string;
	imitation: Imitation;
	imitationUrl: string;
	stop(): Promise<void>;
}

const host = "127.0.0.1";

/** Rejects with an error that `isPortTaken` recognises, before anything is built or removed. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
	const { port = 0, imitationPort = 0, dataPath, onLog = () => {} } = options;
	await seePortIsFree(port);
	if (options.fresh) await rm(dataPath, { recursive: true, force: true });

	const bundlePath = options.bundlePath ?? join(dataPath, "bundle");
	const [workerOptions] = await Promise.all([
		readWorkerOptions(),
		options.bundlePath === undefined && buildWorker(bundlePath),
	]);
	const statePath = join(dataPath, "imitation.json");
	const state = loadState(statePath);
	const imitation = createImitation({
		...(state && { state }),
		onChange: (changed) => saveState(statePath, changed),
		auditStore: openAuditLog(join(dataPath, "audit-log.ndjson")),
		behaviour: { settling_seconds: options.settlingSeconds ?? null },
	});
	const served = await serveOnAnyPort(imitation, imitationPort);

	const miniflareOptions = convertV4MiniflareOptions({
		host,
		port,
		// Otherwise miniflare fetches an example of `request.cf` from the network.
		cf: false,
		log: new Log(LogLevel.NONE),
		logRequests: false,
		handleStructuredLogs: ({ message, level }) => onLog(message, level),
		resourcePersistencePath: join(dataPath, "storage"),
		workers: [
			{
				...workerOptions,
				modules: readBundle(bundlePath),
				modulesRoot: bundlePath,
				bindings: { ...workerOptions.bindings, ...sandboxBindings, ...options.bindings },
				outboundService: { node: createNodeOutbound(imitation) },
			},
		],
	});
	const miniflare = withoutSignalListeners(() => new Miniflare(miniflareOptions));
	const stop = once(async () => {
		await served.close();
		await miniflare.dispose();
	});
	try {
		const { port: boundPort } = await miniflare.ready;
		return { url: `http://localhost:${boundPort}`, imitation, imitationUrl: served.url, stop };
	} catch (error) {
		// A runtime that never started rejects once more when it is disposed of.
		await stop().catch(() => {});
		throw error;
	}
}

export function isPortTaken(error: unknown): boolean {
	const codes: unknown[] = ["EADDRINUSE", "EACCES", "ERR_ADDRESS_IN_USE"];
	return error instanceof Error && "code" in error && codes.includes(error.code);
}

async function serveOnAnyPort(imitation: Imitation, port: number): Promise<Served> {
	try {
		return await serveImitation(imitation, { port });
	} catch (error) {
		if (isPortTaken(error)) return serveImitation(imitation);
		throw error;
	}
}

/** Checked before the build, so that a taken port is reported at once. */
function seePortIsFree(port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.on("error", reject);
		server.listen(port, host, () => server.close(() => resolve()));
	});
}

function once(act: () => Promise<void>): () => Promise<void> {
	let acted: Promise<void> | null = null;
	return () => {
		acted ??= act();
		return acted;
	};
}
