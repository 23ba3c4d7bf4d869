// Everything the Worker calls: the imitation, watched by the witness, KV and chat. Faults that involve more than one
// call (someone else is faster, a lost call lands late) are made here; the imitation makes the rest.
import type { IncomingMessage, ServerResponse } from "node:http";
import { connectionDropped } from "../../sandbox/imitation/connection.ts";
import type { ElsewhereInput } from "../../sandbox/imitation/elsewhere-order.ts";
import { createImitation } from "../../sandbox/imitation/imitation.ts";
import { speak } from "../../sandbox/imitation/node-handler.ts";
import { apiHost, createOutbound } from "../../sandbox/imitation/outbound.ts";
import { largeAccount, type Slot, slots } from "./account.ts";
import { createDice, type Dice } from "./dice.ts";
import type { Kv } from "./kv/kv.ts";
import { lagBoundMs, lagOf } from "./lag.ts";
import type { Moments } from "./moments.ts";
import { createReceivers } from "./receivers.ts";
import type { Mischief } from "./schedule.ts";
import { createStanding } from "./standing.ts";
import type { Witness } from "./witness.ts";
import type { WorldClock } from "./world-clock.ts";

export interface Upstream {
	outbound(req: IncomingMessage, res: ServerResponse): Promise<void>;
	/** The binding that is there now. */
	standing(slot: Slot): string | null;
	/** The slots with no binding now. */
	empty(): Slot[];
	/** The binding at exactly this CIDR. */
	at(cidr: string): string | null;
	/** Applies the fault to the next matching call. */
	order(mischief: Mischief, slot: Slot, bindingId: string | null): void;
	/** Others change the account, unless the order does not fit it. */
	elsewhere(order: ElsewhereInput): void;
	/** Reads lag again after the faults have ended. No call may be under way when the clock moves. */
	lagAgain(): void;
	/** While dark, Cloudflare cannot be read and calls get no answer. */
	darken(isDark: boolean): void;
	/** Holds the Worker's calls until the act is done. */
	holding(act: () => Promise<void>): Promise<void>;
	/** The message sent to that path of the chat platform; null if none arrives. */
	mail(path: string): Promise<unknown>;
	endFaults(): void;
}

export interface World {
	witness: Witness;
	moments: Moments;
	clock: WorldClock;
	kv: Kv;
	dice: Dice;
	seed: number;
}

const mailWithinMs = 60_000;

/** The chaos does in minutes what an account does in a day. */
const callsPerWindow = 1_000_000;

export function createUpstream({ witness, moments, clock, kv, dice, seed }: World): Upstream {
	let acting: "call" | "others" = "call";
	const imitation = createImitation({
		state: largeAccount,
		callsPerWindow,
		now: clock.now,
		lagMs,
		onChange: (state) => standing.see(state, acting),
	});
	const standing = createStanding(imitation.snapshot(), witness);
	const receivers = createReceivers(witness, createDice(seed, "receivers"));
	const toImitation = createOutbound(imitation);
	const stolen = new Set<string>();
	const landing = new Map<string, number>();
	const mailed = new Map<string, unknown>();
	let isDark = false;
	let isOver = false;
	let lagsAgain = false;
	let held: Promise<void> = Promise.resolve();
	let calls = 0;

	/** Each read lags by its own amount. After the clock was moved, earlier calls are past the bound, so nothing lags. */
	function lagMs(): number {
		const isSettled = isOver || clock.now() < clock.movedAtMs + lagBoundMs;
		if (isSettled && !lagsAgain) return 0;
		return lagOf(dice);
	}

	function elsewhere(order: ElsewhereInput): void {
		acting = "others";
		imitation.elsewhere(order);
		acting = "call";
	}

	async function asCloudflare(request: Request): Promise<Response> {
		const { pathname } = new URL(request.url);
		const [, prefixId = null, bindingId = null] =
			/\/prefixes\/([^/]+)(?:\/bindings(?:\/([^/]+))?)?$/.exec(pathname) ?? [];
		const { method } = request;
		const isList = method === "GET" && prefixId !== null && bindingId === null && pathname.endsWith("/bindings");
		const isSingle = method === "GET" && bindingId !== null;
		const call = ++calls;
		witness.note({ kind: "arrived", call, method, prefixId, bindingId });
		const isChange = method === "DELETE" || method === "POST";
		if (isList) moments.reach("list_arrived");
		if (isChange) moments.reach(method === "DELETE" ? "delete_arrived" : "creation_arrived", bindingId ?? prefixId);
		const fault = ownFault(request, method === "DELETE" ? bindingId : null);
		if (fault !== null) witness.note({ kind: "fault", on: method, fault });
		const unanswered = () => witness.note({ kind: "answered", call, status: null, listed: null, found: null });
		if (fault === "lands_late" || fault === "dark") {
			unanswered();
			throw connectionDropped();
		}
		try {
			const response = await toImitation(request);
			if (isChange) moments.reach(method === "DELETE" ? "delete_done" : "creation_done", bindingId ?? prefixId);
			const listed = isList ? await idsIn(response.clone()) : null;
			const found = isSingle ? await isFoundIn(response.clone()) : null;
			witness.note({ kind: "answered", call, status: response.status, listed, found });
			return response;
		} catch (error) {
			unanswered();
			throw error;
		}
	}

	/** @param bindingId the binding that a DELETE names */
	function ownFault(request: Request, bindingId: string | null): "stolen" | "lands_late" | "dark" | null {
		if (isDark) {
			const isGone = request.method !== "GET" && dice.chance(0.5);
			if (isGone) void imitation.handle(request).catch(() => {});
			return "dark";
		}
		if (bindingId === null) return null;
		const landsAfterMs = landing.get(bindingId);
		if (landsAfterMs !== undefined) {
			landing.delete(bindingId);
			setTimeout(() => void imitation.handle(request).catch(() => {}), clock.realMs(landsAfterMs));
			return "lands_late";
		}
		if (!stolen.delete(bindingId)) return null;
		elsewhere({ delete: [bindingId] });
		return "stolen";
	}

	async function asChat(request: Request): Promise<Response> {
		mailed.set(new URL(request.url).pathname, await request.clone().json());
		return toImitation(request);
	}

	async function handle(request: Request): Promise<Response> {
		await held;
		const { host } = new URL(request.url);
		if (host === "kv.chaos") return kv.handle(request);
		if (host === "commit.chaos") {
			moments.reach("commit");
			return new Response(null);
		}
		if (receivers.takes(host)) return receivers.handle(request);
		return host === apiHost ? asCloudflare(request) : asChat(request);
	}

	return {
		outbound: (req, res) => speak(req, res, `https://${req.headers.host}`, handle),
		standing: ({ cidr }) => standing.at(cidr),
		empty: () => slots.filter(({ cidr }) => standing.at(cidr) === null),
		at: (cidr) => standing.at(cidr),
		elsewhere,
		lagAgain() {
			lagsAgain = true;
		},
		darken(dark) {
			isDark = dark;
		},
		async holding(act) {
			const { promise, resolve } = Promise.withResolvers<void>();
			held = promise;
			await act().finally(resolve);
		},
		async mail(path) {
			for (const endsAtMs = clock.now() + mailWithinMs; clock.now() < endsAtMs; await clock.pause(500))
				if (mailed.has(path)) return mailed.get(path);
			return null;
		},
		order(mischief, { prefixId }, bindingId) {
			if ("landsAfterMs" in mischief) {
				if (bindingId !== null) landing.set(bindingId, mischief.landsAfterMs);
			} else if ("stolen" in mischief) {
				if (bindingId !== null) stolen.add(bindingId);
			} else {
				const { on, fault } = mischief;
				if (on === "single" && bindingId === null) return;
				const [method, path] =
					on === "list"
						? (["GET", `/prefixes/${prefixId}/bindings`] as const)
						: on === "single"
							? (["GET", `/bindings/${bindingId}`] as const)
							: bindingId === null
								? (["POST", `/prefixes/${prefixId}/bindings`] as const)
								: (["DELETE", `/bindings/${bindingId}`] as const);
				imitation.faults.order({ method, path, fault });
			}
		},
		endFaults() {
			isOver = true;
			isDark = false;
			kv.end();
			receivers.end();
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

/** The ids in a complete list; null for anything else. */
async function idsIn(response: Response): Promise<string[] | null> {
	if (response.status !== 200) return null;
	try {
		const { result }: { result: { id: string }[] } = JSON.parse(await response.text());
		return result.map(({ id }) => id);
	} catch {
		return null;
	}
}

/** Whether a single read shows the binding; null if the answer does not say. */
async function isFoundIn(response: Response): Promise<boolean | null> {
	if (response.status === 404) return false;
	if (response.status !== 200) return null;
	try {
		const { result }: { result: { id: string } } = JSON.parse(await response.text());
		return typeof result.id === "string";
	} catch {
		return null;
	}
}
