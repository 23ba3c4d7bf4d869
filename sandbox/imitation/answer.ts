// From a request to Cloudflare's answer: the route, the credential, the permissions, the operation and its audit entry. It knows
// no fault and no rate limit.
import { actorOf } from "./audit-entry.ts";
import type { AuditLog } from "./audit-log.ts";
import type { Behaviour } from "./behaviour.ts";
import { authenticate, type Credential, permits, schemeOf } from "./credentials.ts";
import { type Answer, type Effect, noRoute, notPermitted, refuse } from "./envelope.ts";
import { route } from "./routes.ts";
import type { World } from "./world.ts";

interface Account {
	credentials: Credential[];
	account: string;
	world: World;
	auditLog: AuditLog;
	behaviour: () => Behaviour;
	newId: () => string;
}

export type Answerer = (request: Request, json: unknown, ray: string) => Answer;

export function createAnswerer({ credentials, account, world, auditLog, behaviour, newId }: Account): Answerer {
	return ({ method, url, headers }, json, ray) => {
		const { pathname, searchParams: query } = new URL(url);
		const match = route(method, pathname);
		const named = match?.params.account ?? null;
		if (!match || (named !== null && !/^[0-9a-f]{32}$/.test(named))) return noRoute(pathname);

		const credential = authenticate(headers, credentials);
		if ("status" in credential) return credential;
		if (match.tokenOnly && schemeOf(headers) !== "token") {
			const message = "Method not allowed for this authentication scheme";
			return refuse(405, { code: 10405, message });
		}
		if (named !== null && named !== account) return notPermitted();
		const refusal = permits(credential.permission, method);
		if (refusal) return refusal;
		if (match.needs !== null && !behaviour()[match.needs]) return notPermitted();

		const state = method === "GET" ? world.seenFrom(pathname) : world.present();
		const params = { ...match.params, account };
		const answer = match.operation({ state, params, query, json, newId, auditLog });
		const { status, effect } = answer;
		if (!effect) return answer;
		auditLog.write({
			type: "created" in effect ? "create" : "delete",
			actor: actorOf(credential, account),
			method,
			path: pathname,
			status,
			ray,
			userAgent: headers.get("user-agent"),
			resource: { id: params.prefix, type: "deleted_prefix" in effect ? "prefix" : "service_binding" },
		});
		world.changed(createdBy(effect));
		return answer;
	};
}

const createdBy = (effect: Effect): string[] => ("created" in effect ? [effect.created] : []);
