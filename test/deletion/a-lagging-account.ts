// Cloudflare at its worst. Lists and single reads lag separately behind its own answers, and a call that changes
// something can take effect and still be answered with an error or with nothing. Only the list of prefixes is reliable.

import fc from "fast-check";
import type { Binding } from "../../src/deletion/address/binding.ts";
import { sameId } from "../../src/deletion/address/cloudflare-id.ts";
import { lagMs } from "../../src/deletion/limits.ts";
import type { Cloudflare } from "../../src/deletion/ports.ts";
import { summaryOf } from "../../src/deletion/record/deletion.ts";
import { fail, ok } from "../../src/deletion/result.ts";
import { edge } from "./a-deletion.ts";
import { answerOf, bindingOf, createWorld, fault, id, lenient, type World } from "./world.ts";

export interface Read {
	/** The read shows the account as it was this long ago. */
	lagsMs: number;
	takesMs: number;
	/** The answer is an error, or cut off. */
	breaks: boolean;
}

export interface Change {
	/** `clear` is truthful. `unclear` is a 500, an empty answer or none. The others are answered but do not take effect. */
	answer: "clear" | "unclear" | "refused" | "throttled" | "held";
	/** Read only if the answer is unclear. */
	takesEffect: boolean;
	takesMs: number;
}

export interface Weather {
	reads: Read[];
	changes: Change[];
}

export const aRead: fc.Arbitrary<Read> = fc.record({
	lagsMs: fc.oneof(fc.constant(0), fc.nat(lagMs), fc.constant(lagMs)),
	takesMs: fc.oneof(fc.constant(0), fc.nat(10_000)),
	breaks: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
export const aChange: fc.Arbitrary<Change> = fc.record({
	answer: fc.oneof(
		{ weight: 4, arbitrary: fc.constant("unclear" as const) },
		{ weight: 3, arbitrary: fc.constantFrom("clear", "refused", "throttled", "held") },
	),
	takesEffect: fc.boolean(),
	takesMs: fc.oneof(fc.constant(0), fc.nat(10_000)),
});
export const someWeather: fc.Arbitrary<Weather> = fc.record({
	reads: fc.array(aRead, { maxLength: 30 }),
	changes: fc.array(aChange, { maxLength: 6 }),
});

export interface LaggingAccount {
	world: World;
	/** What is really bound now. */
	bound(): Binding[];
	isBound(bindingId: string | null | undefined): boolean;
	/** Done by someone else. */
	bind(binding: Binding): void;
	unbind(bindingId: string): void;
	weather: Weather;
	/** Every DELETE sent, with its binding's id and whether it took effect. */
	deletes: { id: string; tookEffect: boolean; shownBefore: boolean }[];
	/** The ids that our POSTs created. */
	created: string[];
}

export const named = bindingOf(id("b1"), "203.0.113.0/26");

/** After the weather ends, every read is current and every answer is clear. */
export function createLaggingAccount(weather: Weather = { reads: [], changes: [] }): LaggingAccount {
	const first = [bindingOf(id("b0"), "203.0.113.0/24"), named];
	const world = createWorld([edge, []]);
	const { clock } = world;
	const past: { sinceMs: number; bindings: Binding[] }[] = [{ sinceMs: 0, bindings: first }];
	const at = (ms: number) => past.findLast(({ sinceMs }) => sinceMs <= ms)?.bindings ?? first;
	const set = (bindings: Binding[]) => past.push({ sinceMs: clock.nowMs, bindings });
	const bound = () => at(clock.nowMs);
	const shown = new Set<string>();

	async function read(): Promise<Binding[] | null> {
		const { lagsMs, takesMs, breaks } = account.weather.reads.shift() ?? { lagsMs: 0, takesMs: 0, breaks: false };
		const seen = at(clock.nowMs - lagsMs);
		clock.nowMs += takesMs;
		return breaks ? null : structuredClone(seen);
	}
	/** The change takes effect at the end of the call, which is the worst case for a look right after it. */
	async function change<Value>(effect: () => Value | null, otherwise: typeof fault.notFound | typeof fault.conflict) {
		const { answer, takesEffect, takesMs } = account.weather.changes.shift() ?? {
			answer: "clear",
			takesEffect: true,
			takesMs: 0,
		};
		if (answer === "held") return { value: null, fault: fault.held(1 + takesMs) };
		clock.nowMs += takesMs;
		if (answer === "refused") return { value: null, fault: fault.refused };
		if (answer === "throttled") return { value: null, fault: fault.throttled(takesMs) };
		if (answer === "unclear") return { value: takesEffect ? effect() : null, fault: fault.unclear };
		const value = effect();
		return { value, fault: value === null ? otherwise : null };
	}

	const cloudflare: Cloudflare = {
		listBgpPrefixes: async () => fail("unreadable"),
		listPrefixes: async () => ok({ items: [edge], askedAtMs: clock.nowMs }),
		async listBindings() {
			const askedAtMs = clock.nowMs;
			world.calls.push("list");
			const items = await read();
			if (items === null) return fail(fault.unclear);
			for (const item of items) shown.add(item.id);
			return ok({ items, askedAtMs });
		},
		async getBinding(_, bindingId) {
			world.calls.push(`get ${bindingId.slice(0, 2)}`);
			const seen = await read();
			if (seen === null) return fail(fault.unclear);
			const binding = seen.find((one) => sameId(one.id, bindingId));
			if (binding === undefined) return fail(fault.notFound);
			shown.add(bindingId);
			return ok(binding);
		},
		async deleteBinding(_, bindingId) {
			world.calls.push(`delete ${bindingId.slice(0, 2)}`);
			const shownBefore = shown.delete(bindingId) || !account.deletes.some((one) => one.id === bindingId);
			const { value, fault: said } = await change(() => {
				if (!account.isBound(bindingId)) return null;
				account.unbind(bindingId);
				return true;
			}, fault.notFound);
			// A call that was held back never left.
			if (said?.kind === "throttled" && said.answer === null) {
				shown.add(bindingId);
				world.calls.pop();
			} else account.deletes.push({ id: bindingId, tookEffect: value === true, shownBefore });
			return said === null ? ok(answerOf(200)) : fail(said);
		},
		async createBinding(_, { cidr, serviceId }) {
			world.calls.push("create");
			const { value, fault: said } = await change(() => {
				if (bound().some((one) => one.cidr === cidr)) return null;
				const binding = bindingOf(id(`c${account.created.length}`), cidr, {
					serviceId,
					provisioningState: "provisioning",
				});
				account.bind(binding);
				account.created.push(binding.id);
				return binding;
			}, fault.conflict);
			if (said !== null || value === null) return fail(said ?? fault.unclear);
			return ok({ answer: answerOf(201), binding: structuredClone(value) });
		},
	};
	world.ports.cloudflare = cloudflare;
	world.ports.policy = lenient;
	world.ports.lastDeletion = async ({ bindingId, cidr }) => {
		const name = bindingId === undefined ? { cidr: cidr ?? "" } : { bindingId };
		const last = world.journal.lastGone(name);
		return last === null ? null : summaryOf(last);
	};
	const account: LaggingAccount = {
		world,
		weather,
		bound,
		isBound: (bindingId) => bound().some((one) => one.id === bindingId),
		bind: (binding) => set([...bound(), binding]),
		unbind: (bindingId) => set(bound().filter((one) => one.id !== bindingId)),
		deletes: [],
		created: [],
	};
	return account;
}
