// Where a Worker's outbound requests end up in tests and in the sandbox: at the imitation, at the chat platforms that are
// played beside it, at Cloudflare Access's keys, or at its control surface. Nothing outside loopback is ever contacted: any
// other host is an error.
import { accessCerts, accessHost } from "./access.ts";
import { handleControl } from "./control.ts";
import type { Imitation } from "./imitation.ts";

export const apiHost = "api.cloudflare.com";
export const controlHost = "imitation.sandbox";

export function createOutbound(imitation: Imitation): (request: Request) => Promise<Response> {
	return async (request) => {
		const { host } = new URL(request.url);
		if (host === apiHost) return imitation.handle(request);
		if (imitation.messages.takes(host)) return imitation.takeMessage(request);
		if (host === accessHost) return accessCerts(request);
		if (host === controlHost) return handleControl(imitation, request);
		// On record, so that a test can tell also where the Worker swallows the error. Not the path: a
		// webhook's is a secret.
		const attempt = { method: request.method, path: `https://${host}`, auth: "none" } as const;
		imitation.log.open({ ...attempt, at: new Date().toISOString(), fault: "refused_host" });
		throw new Error(`nothing outside loopback is ever contacted, and ${host} was asked for`);
	};
}
