// Many losses in a small world, and the Ledger's own code that restores them: its tables in SQLite, its journal, and a clock that
// a test moves. An isolate can die after any call, and the next one goes on.

import type { Binding, Prefix } from "../../../src/deletion/address/binding.ts";
import { contains } from "../../../src/deletion/address/cidr.ts";
import type { Cloudflare, CloudflareFault, Ports } from "../../../src/deletion/ports.ts";
import { deletedElsewhere } from "../../../src/deletion/record/deleted-elsewhere.ts";
import { newRecordId } from "../../../src/deletion/record/record-id.ts";
import type { Left } from "../../../src/deletion/restorations/order.ts";
import type { Restorations, RestorationsCommand } from "../../../src/deletion/restorations/restorations.ts";
import { ok } from "../../../src/deletion/result.ts";
import { sendRestoration } from "../../../src/deletion/steps/send-restoration.ts";
import type { RestoringNeeds } from "../../../src/ledger/restorations/needs.ts";
import { createRestoring, type Restoring } from "../../../src/ledger/restorations/restoring.ts";
import { mortal } from "../../deletion/mortal.ts";
import { cidr } from "../../deletion/ranges.ts";
import { accountId, actorOf, bindingOf, createWorld, fault, id, prefixOf, type World } from "../../deletion/world.ts";

export const restorer = actorOf({ name: "bob", scopes: ["read", "restore"] });

export interface ManyOptions {
	/** What the watch knows of each prefix; nothing by default. */
	leftIn?: (prefixId: string) => Left;
	spareMs?: () => number;
	isUncertain?: () => boolean;
	recorded?: RestoringNeeds["recorded"];
}

export interface Many {
	world: World;
	/** The records of the losses, in the order of the losses. */
	ids: string[];
	restoring(): Restoring;
	/** The process ends; the next one has only what is stored. @param callsToLive the next one's; it lives on by default. */
	restart(callsToLive?: number): void;
	request(ids?: readonly string[], change?: Partial<RestorationsCommand>): Restorations;
	show(requestId: string): Restorations;
	/** One alarm: what is due of single records, then of the requests. */
	alarm(): Promise<void>;
	/** Moves the clock to what is due next. @returns false if nothing is. */
	pass(): boolean;
	/** Alarms until the request is done. @returns how many. */
	live(requestId: string, atMost?: number): Promise<number>;
}

export interface Loss {
	prefix: Prefix;
	binding: Binding;
}

/** 30 prefixes of four bindings: the prefix itself, two halves and a quarter. */
export const manyPrefixes = (count: number): Loss[] =>
	Array.from({ length: count }, (_, index) => {
		const net = `10.${index}.0`;
		const prefix = prefixOf(id(`a${index.toString(16)}f`), `${net}.0/24`);
		return [`${net}.0/26`, `${net}.128/25`, `${net}.0/24`, `${net}.0/25`].map((text, part) => ({
			prefix,
			binding: bindingOf(id(`b${index.toString(16)}f${part}`), text),
		}));
	}).flat();

/** @param kept bindings that are still there. */
export function lost(losses: readonly Loss[], options: ManyOptions = {}, kept: readonly Loss[] = []): Many {
	const byPrefix = new Map<Prefix, Binding[]>();
	for (const { prefix } of [...losses, ...kept]) byPrefix.set(prefix, []);
	for (const { prefix, binding } of kept) byPrefix.get(prefix)?.push(binding);
	const world = createWorld(...byPrefix);
	const { journal, clock } = world;
	world.actors.set(restorer.name, restorer);
	const random = (index: number) => new Uint8Array(16).with(0, index & 31).with(1, index >> 5);
	const ids = losses.map(({ prefix, binding }, index) => {
		const recordId = newRecordId(clock.nowMs, random(index));
		const snapshot = {
			account_id: accountId,
			prefix_id: prefix.id,
			id: binding.id,
			cidr: binding.cidr ?? "",
			service_id: binding.serviceId,
			service_name: binding.serviceName,
			provisioning: { state: "active" },
		};
		const times = { lastSeenMs: clock.nowMs - 600_000, noticedMs: clock.nowMs };
		journal.storeSettled(deletedElsewhere({ id: recordId, binding: snapshot, effect: null, ...times }));
		return recordId;
	});
	clock.nowMs += 600_000;

	// What belongs to the commit of another call is no call of its own, and a test's look is none either.
	let inCommit = false;
	function uncounted<Value>(act: () => Value): Value {
		inCommit = true;
		try {
			return act();
		} finally {
			inCommit = false;
		}
	}
	let live = start();
	function start(callsToLive = Number.POSITIVE_INFINITY): { restoring: Restoring; ports: Ports } {
		const strict = { ...world.ports, cloudflare: firstIsDefault(world) };
		const own = mortal(strict, callsToLive);
		const working = new Map<string, Promise<unknown>>();
		const needs = {
			ports: () => (inCommit ? world.ports : own),
			now: () => clock.nowMs,
			isUncertain: () => options.isUncertain?.() ?? false,
			spareMs: options.spareMs ?? (() => 0),
			leftIn: options.leftIn ?? (() => "unknown" as const),
			recorded: options.recorded ?? (async (recordId: string) => ok(journal.get(recordId))),
			async alone<Value>(recordId: string, act: () => Promise<Value>): Promise<Value> {
				while (working.has(recordId)) await working.get(recordId)?.catch(() => undefined);
				const work = act().finally(() => working.delete(recordId));
				working.set(recordId, work);
				return work;
			},
		};
		const restoring = createRestoring(journal.storage, needs, () => {});
		journal.onSettled = (recordId) => uncounted(() => restoring.settled(recordId));
		return { restoring, ports: own };
	}

	const dueIds = () =>
		journal.all().flatMap(({ id: recordId }) => {
			const dueAtMs = journal.restoring(recordId) === null ? null : journal.dueAtMs(recordId);
			return dueAtMs === null ? [] : [{ recordId, dueAtMs }];
		});
	const many: Many = {
		world,
		ids,
		restoring: () => live.restoring,
		restart(callsToLive) {
			live = start(callsToLive);
		},
		request(named = ids, change = {}) {
			const received = live.restoring.receive({
				deletions: named,
				reason: null,
				actor: restorer,
				key: null,
				...change,
			});
			if (!received.ok) throw new Error(received.failure.code);
			return received.value;
		},
		show(requestId) {
			const known = uncounted(() => live.restoring.show(requestId));
			if (known === null) throw new Error("there is no such request");
			return known;
		},
		async alarm() {
			const due = dueIds().filter(({ dueAtMs }) => dueAtMs <= clock.nowMs);
			for (const { recordId } of due) await sendRestoration(recordId, live.ports).catch(() => undefined);
			if (due.length === 0) await live.restoring.work();
		},
		pass() {
			const times = [live.restoring.nextMs(), ...dueIds().map(({ dueAtMs }) => dueAtMs)].filter((ms) => ms !== null);
			if (times.length === 0) return false;
			clock.nowMs = Math.max(clock.nowMs, Math.min(...times));
			return true;
		},
		async live(requestId, atMost = 200) {
			let alarms = 0;
			for (; many.show(requestId).state !== "done"; alarms++) {
				if (alarms >= atMost) throw new Error(`not done: ${JSON.stringify(many.show(requestId).counts)}`);
				many.pass();
				await many.alarm();
			}
			return alarms;
		},
	};
	return many;
}

/** Cloudflare refuses a first binding that is not the prefix's own CIDR. */
function firstIsDefault({ ports, account }: World): Cloudflare {
	const { cloudflare } = ports;
	return {
		...cloudflare,
		async createBinding(prefixId, wanted, how) {
			const [prefix, bindings = []] = [...account].find(([{ id: one }]) => one === prefixId) ?? [];
			const isFirst = bindings.length === 0 && prefix?.cidr !== wanted.cidr;
			const inside = prefix !== undefined && contains(prefix.range, cidr(wanted.cidr));
			if (isFirst || !inside) return { ok: false, failure: fault.refused };
			return cloudflare.createBinding(prefixId, wanted, how);
		},
	};
}

export const bindingsOf = ({ world }: Many): string[] =>
	[...world.account.values()].flatMap((bindings) => bindings.map((one) => one.cidr ?? ""));

export const callsOf = ({ world }: Many, kind: string): string[] => world.calls.filter((call) => call.startsWith(kind));

/** Makes calls fail, in order; null is no failure. */
export function failing(many: Many, kind: string, faults: readonly (CloudflareFault | null)[]): void {
	const rest = [...faults];
	many.world.misbehave = (call) => (call.startsWith(kind) ? (rest.shift() ?? null) : null);
}
