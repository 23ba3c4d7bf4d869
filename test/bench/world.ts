// One runtime with everything in it: unbind, its peers and the account behind them. Each has its own socket, which
// bypasses miniflare's entry; otherwise that would be measured.
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from "miniflare";
import { accountId } from "../../sandbox/imitation/account.ts";
import { sandboxBindings } from "../../sandbox/settings.ts";
import { withoutSignalListeners } from "../../sandbox/signals.ts";
import { readBundle, readWorkerOptions } from "../../sandbox/wrangler.ts";
import type { Json } from "../../src/deletion/record/json.ts";
import type { Bundle, Bundles } from "./bundles.ts";
import { collectGarbage } from "./garbage.ts";
import { workerds } from "./process.ts";

export interface World {
	/** The address of a Worker, without a trailing slash. */
	url(worker: string): string;
	/** A Worker's history in KV. */
	kv(worker: string): Promise<Namespace>;
	/** The process id. */
	workerd: number;
	/** Collects every Worker's garbage. Works only if the world was started with an inspector. */
	collectGarbage(): Promise<void>;
	stop(): Promise<void>;
}

export interface Namespace {
	get(key: string): Promise<string | null>;
	put(key: string, value: string): Promise<void>;
}

export type WorkerOptions = V4WorkerOptions & { name: string };

/** The budget exists to refuse deletions at this rate. */
const unlimited = { GUARDS: { budget: "pass", breadth: "pass" } };
/** Three destinations that want every event. */
const notifying = {
	PUBLIC_URL: "https://unbind.example.org",
	NOTIFY: Object.fromEntries(
		["one", "two", "three"].map((name) => [
			name,
			{ to: "webhook", url: `https://${name}.example.com/events`, secret: "EVENTS_SECRET", events: ["*"] },
		]),
	),
	EVENTS_SECRET: "whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAwMDAwMDE=",
};
const directSocket = [{ host: "127.0.0.1", port: 0 }];

const modulesOf = ({ path, entry }: Bundle) => ({ modulesRoot: path, modules: readBundle(path, entry) });

/** unbind as it ships, or another bundle in its place, with its own copy of unbind's bindings. */
export async function unbindWorker(
	name: string,
	bundle: Bundle,
	upstream: string | null = "upstream",
	settings: Record<string, Json> = {},
): Promise<WorkerOptions> {
	// The files in public/ are served without the Worker, so they are not measured.
	const { assets: _, ...shipped }: Awaited<ReturnType<typeof readWorkerOptions>> & { assets?: unknown } =
		await readWorkerOptions();
	return {
		...shipped,
		...modulesOf(bundle),
		name,
		bindings: { ...shipped.bindings, ...sandboxBindings, ...unlimited, ...settings },
		kvNamespaces: { HISTORY: name },
		...(upstream !== null && { outboundService: upstream }),
		unsafeDirectSockets: directSocket,
	};
}

export function peerWorker(
	name: string,
	bundle: Bundle,
	{ upstream = "upstream", bindings = {} }: { upstream?: string | null; bindings?: Record<string, Json> } = {},
): WorkerOptions {
	return {
		...modulesOf(bundle),
		name,
		compatibilityDate: "2026-11-01",
		bindings: { TOKEN: "unbind_sandbox", CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_API_TOKEN: "bench", ...bindings },
		kvNamespaces: { HISTORY: name },
		...(upstream !== null && { outboundService: upstream }),
		unsafeDirectSockets: directSocket,
	};
}

export const upstreamWorker = (bundle: Bundle, delayMs = 0): WorkerOptions =>
	peerWorker(delayMs === 0 ? "upstream" : `upstream-${delayMs}`, bundle, {
		upstream: null,
		bindings: { DELAY_MS: delayMs },
	});

/** How long a call to the slow account takes. */
export const slowMs = 100;

export async function everyWorker(bundles: Bundles, histories: readonly string[]): Promise<WorkerOptions[]> {
	const { unbind, bare, itty, hono, upstream, counting, constant } = bundles;
	const slow = `upstream-${slowMs}`;
	return [
		...(await Promise.all(["unbind", ...histories].map((name) => unbindWorker(name, unbind)))),
		await unbindWorker("unbind-slow", unbind, slow),
		await unbindWorker("unbind-watching", unbind, slow, { WATCH_MINUTES: 1 }),
		await unbindWorker("unbind-notifying", unbind, "upstream", notifying),
		await unbindWorker("counting", counting),
		await unbindWorker("constant", constant),
		peerWorker("bare", bare),
		peerWorker("bare-slow", bare, { upstream: slow }),
		peerWorker("itty", itty),
		peerWorker("hono", hono),
		upstreamWorker(upstream),
		upstreamWorker(upstream, slowMs),
	];
}

export async function startWorld(
	dataPath: string,
	workers: readonly WorkerOptions[],
	{ inspector = false } = {},
): Promise<World> {
	const options = convertV4MiniflareOptions({
		host: "127.0.0.1",
		port: 0,
		...(inspector && { inspectorPort: 0 }),
		cf: false,
		log: new Log(LogLevel.NONE),
		logRequests: false,
		handleStructuredLogs: ({ message, level }) => {
			if (level === "warn" || level === "error") console.error(message);
		},
		resourcePersistencePath: dataPath,
		workers: [...workers],
	});
	const before = workerds();
	const miniflare = withoutSignalListeners(() => new Miniflare(options));
	await miniflare.ready;
	const urls = new Map<string, string>();
	for (const { name } of workers) urls.set(name, (await miniflare.unsafeGetDirectURL(name)).origin);
	const [workerd = 0] = workerds().filter((pid) => !before.includes(pid));
	return {
		url(worker) {
			const url = urls.get(worker);
			if (url === undefined) throw new Error(`there is no Worker ${worker}`);
			return url;
		},
		kv: (worker) => miniflare.getKVNamespace("HISTORY", worker),
		workerd,
		collectGarbage: async () => collectGarbage(await miniflare.getInspectorURL()),
		stop: () => miniflare.dispose(),
	};
}
