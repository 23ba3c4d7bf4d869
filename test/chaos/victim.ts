// unbind in workerd, with its data on disk, to be killed. The harness, which holds the imitation and the judge, is
// another process and survives: only workerd dies, without any warning, and miniflare starts it anew on the same data.
import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { sandboxBindings } from "../sandbox/settings.ts";
import { buildWorker, readBundle, readWorkerOptions } from "../sandbox/wrangler.ts";
import { chaosBindings } from "./account.ts";
import type { Upstream } from "./upstream.ts";

export interface Victim {
	url: string;
	/** SIGKILL, at once. Resolves when it is back. */
	kill(): Promise<void>;
	/** Resolves when it is up; at once if it is. */
	whenUp(): Promise<void>;
	stop(): Promise<void>;
}

const host = "127.0.0.1";
const entry = join(import.meta.dirname, "entry.js");

/** @param dataPath absolute; it holds the bundle and the storage. */
export async function startVictim(dataPath: string, outbound: Upstream["outbound"]): Promise<Victim> {
	const bundlePath = join(dataPath, "bundle");
	const [workerOptions] = await Promise.all([readWorkerOptions(), buildWorker(bundlePath)]);
	const bundle = readBundle(bundlePath);
	const entryPath = join(bundlePath, "chaos.js");
	await copyFile(entry, entryPath);

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
				modules: [{ type: "ESModule", path: entryPath }, ...bundle],
				modulesRoot: bundlePath,
				bindings: { ...workerOptions.bindings, ...sandboxBindings, ...chaosBindings },
				outboundService: { node: outbound },
			},
		],
	});
	const miniflare = new Miniflare(options);
	const { port } = await miniflare.ready;
	const url = `http://${host}:${port}`;
	let up = answers(url);
	await up;

	return {
		url,
		whenUp: () => up,
		kill() {
			const runtime = children.runtime();
			const gone = once(runtime, "exit");
			runtime.kill("SIGKILL");
			up = gone.then(() => answers(url));
			return up;
		},
		async stop() {
			await miniflare.dispose();
			children.forget();
		},
	};
}

/** Node tells of each process that it starts; among miniflare's there is one workerd at a time. */
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

/** Any answer will do. */
async function answers(url: string): Promise<void> {
	for (let left = 400; ; left--) {
		try {
			const response = await fetch(`${url}/health`, { method: "HEAD", signal: AbortSignal.timeout(5000) });
			await response.arrayBuffer();
			return;
		} catch (error) {
			if (left === 0) throw new Error("the runtime did not come back", { cause: error });
			await new Promise((resolve) => setTimeout(resolve, 25));
		}
	}
}

/**
 * Below the range from which systems take the ports of outgoing connections: while the runtime is away, a caller that
 * connects to a port of that range could be given it as its own.
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
