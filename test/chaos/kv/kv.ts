// KV as the Worker reaches it. Depending on the weather it works, refuses, hangs, writes late or shows old data.
import * as v from "valibot";
import type { Dice } from "../dice.ts";
import type { Outage } from "../schedule.ts";
import type { Witness } from "../witness.ts";
import type { WorldClock } from "../world-clock.ts";
import { createKvStore, type Key } from "./store.ts";

const operationSchema = v.variant("kind", [
	v.strictObject({ kind: v.literal("get"), key: v.string() }),
	v.strictObject({ kind: v.literal("put"), key: v.string(), value: v.string(), metadata: v.unknown() }),
	v.strictObject({ kind: v.literal("delete"), key: v.string() }),
	v.strictObject({
		kind: v.literal("list"),
		prefix: v.string(),
		limit: v.number(),
		cursor: v.nullable(v.string()),
	}),
]);
type Operation = v.InferOutput<typeof operationSchema>;

export interface Kv {
	handle(request: Request): Promise<Response>;
	/** Starts an outage, in place of any current one. */
	begin(outage: Outage, dice: Dice): void;
	isDown(): boolean;
	/** KV works again and shows what was written, and late writes have landed. */
	end(): void;
	keys(): Key[];
}

/** KV's normal lag: "60 seconds or more". */
const usualLagMs = 60_000;
/** Longer than any caller waits. */
const hangMs = 120_000;
const lateMs = [2_000, 400_000] as const;
const refused = "KV PUT failed: 429 Too Many Requests";

export function createKv(witness: Witness, clock: WorldClock, usual: Dice, onWrite: () => void): Kv {
	const { now } = clock;
	const store = createKvStore(now);
	let outage: (Outage & { beganAtMs: number; endsAtMs: number; dice: Dice }) | null = null;
	let hasEnded = false;
	const late = new Set<{ landsAtMs: number; land(): void }>();

	const isDown = () => outage !== null && now() < outage.endsAtMs;

	function landDue(): void {
		for (const one of late)
			if (hasEnded || one.landsAtMs <= now()) {
				late.delete(one);
				one.land();
			}
	}
	function lagMs(): number {
		if (hasEnded) return 0;
		if (outage !== null && isDown() && outage.old && outage.dice.chance(0.7))
			return outage.dice.between(0, now() - outage.beganAtMs + 1);
		return usual.chance(0.5) ? 0 : usual.between(0, usualLagMs);
	}
	function sendDeletion(operation: Operation): unknown {
		switch (operation.kind) {
			case "put":
				store.put(operation.key, { value: operation.value, metadata: operation.metadata });
				return {};
			case "delete":
				store.delete(operation.key);
				return {};
			case "get":
				return store.get(operation.key, now() - lagMs()) ?? { value: null, metadata: null };
			case "list": {
				const { keys, next } = store.list(operation, now() - lagMs());
				const shown = keys.map(({ name, metadata }) => ({ name, metadata }));
				return {
					keys: shown,
					list_complete: next === null,
					...(next === null ? {} : { cursor: next }),
					cacheStatus: null,
				};
			}
		}
	}
	type Fault = "refuse" | "write_and_refuse" | "hang" | "late";
	function faultOf({ kind }: Operation): Fault | null {
		if (outage === null || !isDown() || !outage.dice.chance(outage.share)) return null;
		const { dice, faults } = outage;
		const fault = dice.pick(faults);
		const isWrite = kind === "put";
		if (!isWrite) return fault === "refuse" || fault === "hang" ? fault : null;
		return fault === "refuse" && dice.chance(0.2) ? "write_and_refuse" : fault;
	}

	async function answered(operation: Operation, signal: AbortSignal): Promise<unknown> {
		landDue();
		const fault = faultOf(operation);
		if (fault === null) return sendDeletion(operation);
		const key = operation.kind === "list" ? operation.prefix : operation.key;
		witness.note({ kind: "kv_fault", fault, on: operation.kind, key });
		if (fault === "write_and_refuse") sendDeletion(operation);
		if (fault === "refuse" || fault === "write_and_refuse") return { error: refused };
		if (fault === "late")
			late.add({ landsAtMs: now() + usual.between(...lateMs), land: () => void sendDeletion(operation) });
		const untilMs = Math.min(outage?.endsAtMs ?? 0, now() + hangMs);
		while (now() < untilMs && !signal.aborted && !hasEnded) await clock.pause(1000);
		return { error: "KV took too long" };
	}

	return {
		async handle(request) {
			const operation = v.parse(operationSchema, await request.json());
			if (operation.kind === "put") onWrite();
			return Response.json(await answered(operation, request.signal));
		},
		begin(next, dice) {
			outage = { ...next, dice, beganAtMs: now(), endsAtMs: now() + next.lastsMs };
			witness.note({ kind: "kv_outage", lastsMs: next.lastsMs });
		},
		isDown,
		end() {
			outage = null;
			hasEnded = true;
			landDue();
		},
		keys: store.all,
	};
}
