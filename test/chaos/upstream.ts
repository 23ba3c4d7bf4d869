// What the Worker reaches when it calls out: the imitation, with a witness at the door, and KV's permission to write.
// Faults that one call cannot have by itself (somebody else is faster, a lost call lands late) are made here; the rest
// the imitation does.
import type { IncomingMessage, ServerResponse } from "node:http";
import { connectionDropped } from "../sandbox/imitation/connection.ts";
import { createImitation } from "../sandbox/imitation/imitation.ts";
import { speak } from "../sandbox/imitation/node-handler.ts";
import { createOutbound } from "../sandbox/imitation/outbound.ts";
import { largeAccount, type Slot, slots } from "./account.ts";
import type { Dice } from "./dice.ts";
import type { Moments } from "./moments.ts";
import type { Mischief, Outage } from "./schedule.ts";
import { createStanding } from "./standing.ts";
import type { Witness } from "./witness.ts";

export interface Upstream {
	outbound(req: IncomingMessage, res: ServerResponse): Promise<void>;
	/** The binding that stands there now. */
	standing(slot: Slot): string | null;
	/** Where nothing stands now. */
	empty(): Slot[];
	/** Has it befall the next call that fits. */
	order(mischief: Mischief, slot: Slot, bindingId: string | null): void;
	refuseWrites(outage: Outage, dice: Dice): void;
	endFaults(): void;
}

/** The chaos does in minutes what takes an account a day. */
const callsPerWindow = 1_000_000;

export function createUpstream(witness: Witness, moments: Moments): Upstream {
	let acting: "call" | "others" = "call";
	const imitation = createImitation({
		state: largeAccount,
		callsPerWindow,
		onChange: (state) => standing.see(state, acting),
	});
	const standing = createStanding(imitation.snapshot(), witness);
	const toImitation = createOutbound(imitation);
	const stolen = new Set<string>();
	const landing = new Map<string, number>();
	let outage: { untilMs: number; share: number; dice: Dice } | null = null;
	let calls = 0;

	function steal(bindingId: string): void {
		const { services, prefixes } = imitation.snapshot();
		acting = "others";
		imitation.replace({
			services,
			prefixes: prefixes.map((prefix) => ({
				...prefix,
				bindings: prefix.bindings.filter(({ id }) => id !== bindingId),
			})),
		});
		acting = "call";
	}

	async function asCloudflare(request: Request): Promise<Response> {
		const { pathname } = new URL(request.url);
		const [, prefixId = null, bindingId = null] =
			/\/prefixes\/([^/]+)(?:\/bindings(?:\/([^/]+))?)?$/.exec(pathname) ?? [];
		const { method } = request;
		const isList = method === "GET" && prefixId !== null;
		const call = ++calls;
		witness.note({ kind: "arrived", call, method, prefixId, bindingId });
		const isChange = method === "DELETE" || method === "POST";
		if (isList) moments.reach("list_arrived");
		if (isChange) moments.reach(method === "DELETE" ? "delete_arrived" : "creation_arrived", bindingId ?? prefixId);
		const fault = method === "DELETE" && bindingId !== null ? ownFault(request, bindingId) : null;
		if (fault !== null) witness.note({ kind: "fault", on: method, fault });
		if (fault === "lands_late") {
			witness.note({ kind: "answered", call, status: null, listed: null });
			throw connectionDropped();
		}
		try {
			const response = await toImitation(request);
			if (isChange) moments.reach(method === "DELETE" ? "delete_done" : "creation_done", bindingId ?? prefixId);
			const listed = isList ? await idsIn(response.clone()) : null;
			witness.note({ kind: "answered", call, status: response.status, listed });
			return response;
		} catch (error) {
			witness.note({ kind: "answered", call, status: null, listed: null });
			throw error;
		}
	}

	function ownFault(request: Request, bindingId: string): "stolen" | "lands_late" | null {
		const landsAfterMs = landing.get(bindingId);
		if (landsAfterMs !== undefined) {
			landing.delete(bindingId);
			setTimeout(() => void imitation.handle(request).catch(() => {}), landsAfterMs);
			return "lands_late";
		}
		if (!stolen.delete(bindingId)) return null;
		steal(bindingId);
		return "stolen";
	}

	function asKv(key: string): "accept" | "refuse" | "write_and_refuse" {
		moments.reach("kv_write");
		if (outage === null || Date.now() > outage.untilMs || !outage.dice.chance(outage.share)) return "accept";
		const written = outage.dice.chance(0.2);
		witness.note({ kind: "kv_refused", key, written });
		return written ? "write_and_refuse" : "refuse";
	}

	async function handle(request: Request): Promise<Response> {
		const { host, searchParams } = new URL(request.url);
		return host === "kv.chaos" ? new Response(asKv(searchParams.get("key") ?? "")) : asCloudflare(request);
	}

	return {
		outbound: (req, res) => speak(req, res, `https://${req.headers.host}`, handle),
		standing: ({ cidr }) => standing.at(cidr),
		empty: () => slots.filter(({ cidr }) => standing.at(cidr) === null),
		order(mischief, { prefixId }, bindingId) {
			if ("landsAfterMs" in mischief) {
				if (bindingId !== null) landing.set(bindingId, mischief.landsAfterMs);
			} else if ("stolen" in mischief) {
				if (bindingId !== null) stolen.add(bindingId);
			} else {
				const { on, fault } = mischief;
				const [method, path] =
					on === "list"
						? (["GET", `/prefixes/${prefixId}/bindings`] as const)
						: bindingId === null
							? (["POST", `/prefixes/${prefixId}/bindings`] as const)
							: (["DELETE", `/bindings/${bindingId}`] as const);
				imitation.faults.order({ method, path, fault });
			}
		},
		refuseWrites({ lastsMs, share }, dice) {
			outage = { untilMs: Date.now() + lastsMs, share, dice };
		},
		endFaults() {
			outage = null;
			stolen.clear();
			landing.clear();
			imitation.faults.clear();
			imitation.release();
			for (const { method, fault } of imitation.log.entries()) {
				if (fault !== null) witness.note({ kind: "fault", on: method, fault });
			}
			witness.note({ kind: "faults_ended" });
		},
	};
}

/** The ids of a list that came whole; null for anything else. */
async function idsIn(response: Response): Promise<string[] | null> {
	if (response.status !== 200) return null;
	try {
		const { result }: { result: { id: string }[] } = JSON.parse(await response.text());
		return result.map(({ id }) => id);
	} catch {
		return null;
	}
}
