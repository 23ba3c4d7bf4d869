// unbind in workerd with its data on disk, ready to be killed. The harness with the imitation and the judge is another
// process and survives. Only workerd dies, without warning, and miniflare restarts it on the same data.
import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { copyFile, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { sandboxBindings } from "../../sandbox/settings.ts";
import { buildWorker, readBundle, readWorkerOptions } from "../../sandbox/wrangler.ts";
import type { Json } from "../../src/deletion/record/json.ts";
import { chaosBindings } from "./account.ts";
import type { Reset } from "./schedule.ts";
import type { Upstream } from "./upstream.ts";
import type { ClockSetting, WorldClock } from "./world-clock.ts";

export interface Victim {
	url: string;
	/** Sends the world's time along. */
	fetch(path: string, init?: RequestInit): Promise<Response>;
	/** Restarts only the object. */
	reset(as: Reset["as"]): Promise<void>;
	setClock(setting: ClockSetting): Promise<void>;
	/** SIGKILL, at once. Resolves when it is back. */
	kill(): Promise<void>;
	/** Resolves when it is up; at once if it is. */
	whenUp(): Promise<void>;
	stop(): Promise<void>;
}

const host = "127.0.0.1";
const workerPath = join(import.meta.dirname, "worker");

/**
 * @param dataPath an absolute path for the bundle and the storage.
 * @param bindings the Worker's settings.
 */
export async function startVictim(
	dataPath: string,
	outbound: Upstream["outbound"],
	clock: WorldClock,
	bindings: Record<string, Json> = chaosBindings,
): Promise<Victim> {
	const bundlePath = join(dataPath, "bundle");
	const [workerOptions] = await Promise.all([readWorkerOptions(), buildWorker(bundlePath)]);
	const bundle = readBundle(bundlePath);
	const names = await readdir(workerPath);
	await Promise.all(names.map((name) => copyFile(join(workerPath, name), join(bundlePath, name))));
	const start = `export const start = ${JSON.stringify(clock.setting)};\n`;
	await writeFile(join(bundlePath, "clock-start.js"), start);
	const entryPath = join(bundlePath, "entry.js");
	const parts = [...names.filter((name) => name !== "entry.js"), "clock-start.js"];
	const modules = [entryPath, ...parts.map((name) => join(bundlePath, name))].map((path) => ({
		type: "ESModule" as const,
		path,
	}));

	const children = watchChildren();
	const options = convertV4MiniflareOptions({
		host,
		port: await freePort(),
		cf: false,
		log: new Log(LogLevel.NONE),
		logRequests: false,
		handleStructuredLogs: () => {},
		resourcePersistencePath: join(dataPath, "storage"),
		workers: [
			{
				...workerOptions,
				modules: [...modules, ...bundle],
				modulesRoot: bundlePath,
				bindings: { ...workerOptions.bindings, ...sandboxBindings, ...bindings },
				outboundService: { node: outbound },
			},
		],
	});
	const miniflare = new Miniflare(options);
	const { port } = await miniflare.ready;
	const url = `http://${host}:${port}`;
	const fetchThere: Victim["fetch"] = (path, init = {}) => {
		const headers = new Headers(init.headers);
		headers.set("x-chaos-clock", JSON.stringify(clock.setting));
		return fetch(url + path, { ...init, headers });
	};
	let up = answers(fetchThere);
	await up;
	/** Retries until it is done, because a kill may come in between. */
	const insist = async (path: string) => {
		for (;;) {
			await up;
			const response = await fetchThere(path).catch(() => null);
			await response?.arrayBuffer().catch(() => {});
			if (response?.ok) return;
			await new Promise((resolve) => setTimeout(resolve, 25));
		}
	};

	return {
		url,
		fetch: fetchThere,
		reset: (as) => insist(`/chaos/reset${as === null ? "" : `?as=${as}`}`),
		setClock: (setting) => insist(`/chaos/clock?setting=${encodeURIComponent(JSON.stringify(setting))}`),
		whenUp: () => up,
		kill() {
			const runtime = children.runtime();
			const gone = once(runtime, "exit");
			runtime.kill("SIGKILL");
			up = gone.then(() => answers(fetchThere));
			return up;
		},
		async stop() {
			await miniflare.dispose();
			children.forget();
		},
	};
}

/** Node reports each process it starts. miniflare runs one workerd at a time. */
function watchChildren() {
	const children: ChildProcess[] = [];
	const onChild = (message: unknown) => {
		if (typeof message === "object" && message !== null && "process" in message)
			children.push(message.process as ChildProcess);
	};
	subscribe("child_process", onChild);
	return {
		runtime(): ChildProcess {
			const alive = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
			const [runtime] = alive.filter(({ spawnfile }) => spawnfile?.includes("workerd"));
			if (runtime === undefined) throw new Error("no workerd is running");
			return runtime;
		},
		forget: () => unsubscribe("child_process", onChild),
	};
}

/** Waits for any answer at all. */
async function answers(fetchThere: Victim["fetch"]): Promise<void> {
	for (let left = 400; ; left--) {
		try {
			const response = await fetchThere("/health", { method: "HEAD", signal: AbortSignal.timeout(5000) });
			await response.arrayBuffer();
			return;
		} catch (error) {
			if (left === 0) throw new Error("the runtime did not come back", { cause: error });
			await new Promise((resolve) => setTimeout(resolve, 25));
		}
	}
}

/**
 * Picks a port below the range used for outgoing connections. While the runtime is down, a caller that connects to a
 * port in that range could be given it as its own.
 */
async function freePort(): Promise<number> {
	for (let tries = 0; tries < 100; tries++) {
		const port = 20_000 + Math.floor(Math.random() * 10_000);
		const server = createServer();
		const free = await new Promise<boolean>((resolve) => {
			server.on("error", () => resolve(false));
			server.listen(port, host, () => server.close(() => resolve(true)));
		});
		if (free) return port;
	}
	throw new Error("no free port was found");
}
