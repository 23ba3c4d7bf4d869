// The imitation on its own loopback port, for the official SDKs and for curl. `/client/v4/*` is Cloudflare's API,
// `/sandbox/*` the control surface. It listens on 127.0.0.1 only, since anyone who reaches it can do anything with it.
import { createServer, type Server } from "node:http";
import { parseArgs } from "node:util";
import { handleControl } from "./control.ts";
import { createImitation, type Imitation } from "./imitation.ts";
import { speak } from "./node-handler.ts";
import { apiHost, controlHost } from "./outbound.ts";

export interface Served {
	url: string;
	close(): Promise<void>;
}

/** Port 0 takes any free one. Rejects with Node's own error if the port is taken. */
export async function serveImitation(imitation: Imitation, { port = 0 }: { port?: number } = {}): Promise<Served> {
	const server = createServer((req, res) => {
		const isControl = req.url?.startsWith("/sandbox/") ?? false;
		const handle = isControl ? (request: Request) => handleControl(imitation, request) : imitation.handle;
		void speak(req, res, isControl ? `http://${controlHost}` : `https://${apiHost}`, handle);
	});
	const bound = await listening(server, port);
	return {
		url: `http://127.0.0.1:${bound}`,
		close() {
			imitation.drop();
			return new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			});
		},
	};
}

function listening(server: Server, port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		server.on("error", reject);
		server.listen(port, "127.0.0.1", () => {
			const address = server.address();
			resolve(typeof address === "object" && address ? address.port : port);
		});
	});
}

if (import.meta.main) {
	const { values } = parseArgs({ options: { port: { type: "string", default: "8788" } } });
	const { url } = await serveImitation(createImitation(), { port: Number(values.port) });
	console.log(`The imitation of Cloudflare's Addressing API listens on ${url}/client/v4`);
}
