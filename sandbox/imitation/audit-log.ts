// Cloudflare's audit log (version 2): what is written, when it can be read, and `GET …/logs/audit`. GET requests and refused
// ones are never written: the imitation only writes what took effect.
import type { Actor, AuditEntry } from "./audit-entry.ts";
import { isOneOf, readAuditQuery } from "./audit-query.ts";
import type { Behaviour } from "./behaviour.ts";
import { type Answer, refuseWithoutCode } from "./envelope.ts";

/** What was done, by whom, and with which request. */
export interface Action {
	type: AuditEntry["action"]["type"];
	actor: Actor;
	method: string;
	/** The whole path. */
	path: string;
	status: number;
	/** As in the header, with the data centre. */
	ray: string | null;
	userAgent: string | null;
	resource: { id: string; type: "prefix" | "bgp_prefix" | "service_binding" };
}

/** Where entries outlive the process. */
export interface AuditStore {
	entries: AuditEntry[];
	add(entry: AuditEntry): void;
	clear(): void;
}

export interface AuditLog {
	/** Returns the entry's id. */
	write(action: Action): string;
	list(query: URLSearchParams): Answer;
	clear(): void;
}

interface Surroundings {
	account: string;
	now: () => number;
	newId: () => string;
	behaviour: () => Behaviour;
	store?: AuditStore | undefined;
}

export function createAuditLog({ account, now, newId, behaviour, store }: Surroundings): AuditLog {
	const restored = (store?.entries ?? []).map((entry) => ({ entry, visibleMs: 0 }));
	let kept: { entry: AuditEntry; visibleMs: number }[] = restored;

	return {
		write({ type, actor, method, path, status, ray, userAgent, resource }) {
			const entry: AuditEntry = {
				id: newId(),
				account: { id: account, name: "Example Account" },
				action: {
					description: `${type[0]?.toUpperCase()}${type.slice(1)} ${resource.type.replaceAll("_", " ")}`,
					result: "success",
					// Whole seconds, as in Cloudflare's example.
					time: `${new Date(now()).toISOString().slice(0, 19)}Z`,
					type,
				},
				actor,
				raw: {
					// Without the data centre, and below /client/v4, as in Cloudflare's example.
					...(ray !== null && { cf_ray_id: ray.slice(0, 16) }),
					method,
					status_code: status,
					uri: path.replace(/^\/client\/v4/, ""),
					...(userAgent !== null && { user_agent: userAgent }),
				},
				resource: { ...resource, product: "addressing", scope: "accounts" },
			};
			kept.push({ entry, visibleMs: now() + behaviour().audit_delay_seconds * 1000 });
			store?.add(entry);
			return entry.id;
		},
		list(parameters) {
			const query = readAuditQuery(parameters);
			if (typeof query === "string") return refuseWithoutCode(400, query);
			const { sinceMs, beforeMs, limit, direction, cursor, filters } = query;
			const found = kept
				.filter(({ visibleMs }) => visibleMs <= now())
				.map(({ entry }) => entry)
				.filter(({ action }) => sinceMs <= Date.parse(action.time) && Date.parse(action.time) < beforeMs)
				.filter((entry) => filters.every((filter) => isOneOf(entry, filter)));
			found.sort((a, b) => Date.parse(a.action.time) - Date.parse(b.action.time));
			if (direction === "desc") found.reverse();
			const from = cursor === null ? 0 : found.findIndex(({ id }) => id === cursor) + 1;
			if (cursor !== null && from === 0) return refuseWithoutCode(400, "invalid cursor");
			const result = found.slice(from, from + limit);
			const body = { result, result_info: resultInfo(result, behaviour().audit_cursor), success: true, errors: [] };
			return { status: 200, body };
		},
		clear() {
			kept = [];
			store?.clear();
		},
	};
}

/** Every page with entries has a cursor, the last one too. An empty one has none. */
function resultInfo(result: AuditEntry[], shape: Behaviour["audit_cursor"]) {
	const count = `${result.length}`;
	const last = result.at(-1);
	if (last === undefined) return { count };
	const after = btoa(last.id);
	return {
		count,
		...(shape !== "cursors.after" && { cursor: after }),
		...(shape !== "cursor" && { cursors: { after } }),
	};
}
