// Makes every isolate of a runtime collect its garbage, through the inspector. workerd does not support
// `collectGarbage`, but a heap snapshot starts with a full collection, so one is taken and thrown away.

/** @param inspector where the runtime's inspector listens. */
export async function collectGarbage(inspector: URL): Promise<void> {
	const response = await fetch(`http://${inspector.host}/json`);
	const targets: { webSocketDebuggerUrl: string }[] = JSON.parse(await response.text());
	for (const { webSocketDebuggerUrl } of targets) await snapshot(webSocketDebuggerUrl);
}

async function snapshot(url: string): Promise<void> {
	const socket = new WebSocket(url);
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	socket.addEventListener("open", () =>
		socket.send(JSON.stringify({ id: 1, method: "HeapProfiler.takeHeapSnapshot" })),
	);
	// The snapshot arrives in many messages, followed by the reply.
	socket.addEventListener("message", ({ data }) => String(data).startsWith('{"id":1') && resolve());
	socket.addEventListener("error", () => reject(new Error(`the inspector at ${url} cannot be reached`)));
	await promise.finally(() => socket.close());
}
