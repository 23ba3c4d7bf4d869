// Cloudflare in the replay: the imitation with its real rate limit, whose reads of bindings lag, each by its own amount. It
// notes every call. The harness's KV and the moments for kills are reached through it too.
import type { IncomingMessage, ServerResponse } from "node:http";
import { bindingNotFound, succeed } from "../../sandbox/imitation/envelope.ts";
import { createImitation } from "../../sandbox/imitation/imitation.ts";
import { speak } from "../../sandbox/imitation/node-handler.ts";
import type { Binding, State, StateInput } from "../../sandbox/imitation/state.ts";
import type { Dice } from "../chaos/dice.ts";
import type { Kv } from "../chaos/kv/kv.ts";
import { lagOf } from "../chaos/lag.ts";
import type { Moments } from "../chaos/moments.ts";
import type { WorldClock } from "../chaos/world-clock.ts";

export type Kind =
	| "list of the prefixes"
	| "list of a prefix"
	| "read of a binding"
	| "creation"
	| "deletion"
	| "page of the audit log"
	| "read of what a prefix announces"
	| "other";

export interface Call {
	atMs: number;
	kind: Kind;
	prefixId: string | null;
	status: number;
	/** What a creation made. */
	created: { prefixId: string; cidr: string; serviceId: string } | null;
}

export interface Cloudflare {
	outbound(req: IncomingMessage, res: ServerResponse): Promise<void>;
	/** Holds the Worker's calls until the act is done. */
	holding(act: () => Promise<void>): Promise<void>;
	calls: readonly Call[];
	/** Others delete these bindings in one go. */
	lose(ids: readonly string[]): void;
	present(): State;
}

interface World {
	account: StateInput;
	clock: WorldClock;
	kv: Kv;
	moments: Moments;
	dice: Dice;
}

export function createCloudflare({ account, clock, kv, moments, dice }: World): Cloudflare {
	const { now } = clock;
	const imitation = createImitation({ state: account, enforceRateLimit: true, now });
	const calls: Call[] = [];
	/** What each prefix had from when on, the latest last. */
	const versions = new Map(imitation.snapshot().prefixes.map(({ id, bindings }) => [id, [{ fromMs: 0, bindings }]]));
	let held: Promise<void> = Promise.resolve();

	const keep = (prefixId: string, change: (present: readonly Binding[]) => Binding[]) => {
		const kept = versions.get(prefixId) ?? [];
		versions.set(prefixId, [...kept, { fromMs: now(), bindings: change(kept.at(-1)?.bindings ?? []) }]);
	};
	const seenIn = (prefixId: string): Binding[] => {
		const atMs = now() - lagOf(dice);
		return versions.get(prefixId)?.findLast(({ fromMs }) => fromMs <= atMs)?.bindings ?? [];
	};

	/** What a read that lags shows; null for anything else. */
	function seen(kind: Kind, prefixId: string, bindingId: string): { status: number; body: unknown } | null {
		if (kind === "list of a prefix") return succeed(seenIn(prefixId));
		if (kind !== "read of a binding") return null;
		const found = seenIn(prefixId).find(({ id }) => id === bindingId);
		return found === undefined ? bindingNotFound() : succeed(found);
	}

	async function asCloudflare(request: Request): Promise<Response> {
		const { kind, prefixId, bindingId } = kindOf(request);
		if (kind === "list of a prefix") moments.reach("list_arrived");
		if (kind === "creation") moments.reach("creation_arrived", prefixId);
		const response = await imitation.handle(request);
		const call: Call = { atMs: now(), kind, prefixId, status: response.status, created: null };
		calls.push(call);
		if (response.status === 201 && prefixId !== null) {
			const { result }: { result: Binding } = await response.clone().json();
			call.created = { prefixId, cidr: result.cidr ?? "", serviceId: result.service_id ?? "" };
			keep(prefixId, (present) => [...present, result]);
			moments.reach("creation_done", prefixId);
		}
		const old = response.status === 200 || response.status === 404 ? seen(kind, prefixId ?? "", bindingId ?? "") : null;
		if (old === null) return response;
		return new Response(JSON.stringify(old.body), { status: old.status, headers: response.headers });
	}

	async function handle(request: Request): Promise<Response> {
		await held;
		const { host } = new URL(request.url);
		if (host === "kv.chaos") return kv.handle(request);
		if (host !== "commit.chaos") return asCloudflare(request);
		moments.reach("commit");
		return new Response(null);
	}

	return {
		outbound: (req, res) => speak(req, res, `https://${req.headers.host}`, handle),
		async holding(act) {
			const { promise, resolve } = Promise.withResolvers<void>();
			held = promise;
			await act().finally(resolve);
		},
		calls,
		lose(ids) {
			const outcome = imitation.elsewhere({ delete: [...ids], by: { how: "system" } });
			if ("error" in outcome) throw new Error(outcome.error);
			const gone = new Set(ids);
			for (const prefixId of new Set(outcome.deleted.map(({ prefix_id }) => prefix_id)))
				keep(prefixId, (present) => present.filter(({ id }) => !gone.has(id)));
		},
		present: () => imitation.snapshot(),
	};
}

function kindOf({ method, url }: Request): { kind: Kind; prefixId: string | null; bindingId: string | null } {
	const { pathname } = new URL(url);
	if (pathname.endsWith("/addressing/prefixes"))
		return { kind: "list of the prefixes", prefixId: null, bindingId: null };
	if (pathname.includes("/logs/audit")) return { kind: "page of the audit log", prefixId: null, bindingId: null };
	if (pathname.includes("/bgp/")) return { kind: "read of what a prefix announces", prefixId: null, bindingId: null };
	const [, prefixId = null, bindingId = null] = /\/prefixes\/([^/]+)\/bindings(?:\/([^/]+))?$/.exec(pathname) ?? [];
	const about = { prefixId, bindingId };
	if (prefixId === null) return { kind: "other", ...about };
	if (method === "POST") return { kind: "creation", ...about };
	if (method === "DELETE") return { kind: "deletion", ...about };
	return { kind: bindingId === null ? "list of a prefix" : "read of a binding", ...about };
}
