// Where a Worker's outbound requests go in tests and in the sandbox: to the imitation, the played chat platforms,
// the receivers of notifications, Cloudflare Access's keys or the control surface. Nothing outside loopback is ever contacted,
// and any other host is an error.
import { accessCerts, accessHost } from "./access.ts";
import { handleControl } from "./control.ts";
import type { Imitation } from "./imitation.ts";

export const apiHost = "api.cloudflare.com";
export const controlHost = "imitation.sandbox";

export function createOutbound(imitation: Imitation): (request: Request) => Promise<Response> {
	return async (request) => {
		const { host } = new URL(request.url);
		if (host === apiHost) return imitation.handle(request);
		// First: their addresses are narrower than the chat platforms' hosts.
		if (imitation.inbox.takes(request.url)) return imitation.inbox.receive(request);
		if (imitation.messages.takes(host)) return imitation.takeMessage(request);
		if (host === accessHost) return accessCerts(request);
		if (host === controlHost) return handleControl(imitation, request);
		// Logged, so that a test notices even if the Worker swallows the error. Without the path, since a webhook's is
		// a secret.
		const attempt = { method: request.method, path: `https://${host}`, auth: "none" } as const;
		imitation.log.open({ ...attempt, at: new Date().toISOString(), fault: "refused_host" });
		throw new Error(`nothing outside loopback is ever contacted, and ${host} was asked for`);
	};
}
