// What people, Cloudflare and time do in a random sequence to a small world. Keeps track of what was requested by the
// answers alone, and checks each DELETE against the rules.
import fc from "fast-check";
import { vi } from "vitest";
import type { Deletion } from "../../src/deletion/record/deletion.ts";
import { type Said, type Standing, wrongWith } from "./rules.ts";
import { type ActorName, account, actors, startingState, type World } from "./small-world.ts";

const cidrs = startingState.prefixes.flatMap(({ bindings }) => bindings.map(({ cidr }) => cidr ?? ""));
const risks = ["leaves_no_service", "still_provisioning", "last_binding", "budget"] as const;
const faults = ["drop_before", "drop_after", "reject"] as const;

const who = fc.constantFrom(...(Object.keys(actors) as ActorName[]));
const asker = fc.constantFrom<ActorName>("ada", "ada", "bob", "bob", "dan", "eve");
/** Which of the fitting records, or now and then any. */
const which = fc.nat({ max: 19 });
const trouble = fc.oneof(
	{ weight: 4, arbitrary: fc.constant([]) },
	{ weight: 1, arbitrary: fc.array(fc.constantFrom(...faults), { minLength: 1, maxLength: 3 }) },
);
const ask = fc.record({
	do: fc.constant("ask" as const),
	door: fc.constantFrom("api DELETE", "api POST", "cloudflare"),
	actor: asker,
	cidr: fc.constantFrom(...cidrs, "198.51.100.0/24", "203.0.113.0/24"),
	acknowledge: fc.oneof(fc.constant([...risks]), fc.subarray([...risks])),
	key: fc.constantFrom(null, null, "one", "two"),
	afterMinutes: fc.constantFrom(null, null, null, -5, 20, 90),
	planned: fc.constantFrom(false, false, false, true),
	trouble,
});
const command = fc.oneof(
	{ weight: 9, arbitrary: ask },
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant("decide" as const),
			actor: who,
			decision: fc.constantFrom("approve", "approve", "approve", "reject"),
			which,
			trouble,
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), actor: who, which }) },
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant("freeze" as const),
			actor: fc.constantFrom<ActorName>("ada", "ada", "cleo"),
			minutes: fc.constantFrom(null, 10, 45),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("lift" as const), actor: who }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("restore" as const), actor: who, which, trouble }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("restore_many" as const), actor: who, trouble }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("others_delete" as const), cidr: fc.constantFrom(...cidrs) }) },
	{
		weight: 4,
		arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.constantFrom(0.3, 1, 5, 25, 61), trouble }),
	},
);
type Command = typeof command extends fc.Arbitrary<infer One> ? One : never;
export const sequence = fc.array(command, { minLength: 6, maxLength: 12 });

/** Carries out a sequence. @returns what was wrong, and the records that are left. */
export async function play(commands: readonly Command[], world: World): Promise<{ wrong: string[]; all: Deletion[] }> {
	await world.begin();
	const said = new Map<string, Said>();
	const standing = { frozenUntilMs: null as number | null, earlier: [] as Standing["earlier"][number][] };
	const wrong: string[] = [];
	const goneByOthers = new Set<string>();
	let all: Deletion[] = [];
	const plans = new Map<string, Said["planned"]>();

	const bindings = () => world.imitation.snapshot().prefixes.flatMap((prefix) => prefix.bindings);
	const pick = (number: number, fits: (one: Deletion) => boolean): Deletion | undefined => {
		const fitting = number % 5 === 0 ? all : all.filter(fits);
		return fitting[number % fitting.length];
	};
	const inTrouble = (kinds: readonly (typeof faults)[number][]) => {
		for (const kind of kinds)
			for (const method of ["DELETE", "POST"] as const) world.order({ method, fault: { kind } });
	};

	async function perform(step: Command): Promise<void> {
		const before = new Set(all.map(({ id }) => id));
		let request: Omit<Said, "approver" | "ended"> | null = null;
		let record: Deletion | undefined;
		let answer = { status: 0 };
		if ("trouble" in step) inTrouble(step.trouble);
		switch (step.do) {
			case "ask": {
				const { actor, cidr, acknowledge, afterMinutes } = step;
				const notBeforeMs = afterMinutes === null ? null : Date.now() + afterMinutes * 60_000;
				const tag = step.planned ? (await world.call(actor, `/bindings/${cidr}`, "GET")).etag : null;
				if (tag !== null) plans.set(tag, siblingsOf(cidr));
				request = {
					requester: actor,
					acknowledged: acknowledge,
					notBeforeMs,
					planned: tag === null ? null : (plans.get(tag) ?? null),
				};
				answer = await askThrough(step, notBeforeMs, tag);
				break;
			}
			case "decide": {
				record = pick(step.which, ({ state }) => state === "pending_approval");
				if (record === undefined) return;
				const { decision } = step;
				answer = await world.call(step.actor, `/deletions/${record.id}/approval`, "POST", { decision });
				break;
			}
			case "cancel":
				record = pick(step.which, ({ state }) => state === "pending_approval" || state === "scheduled");
				if (record === undefined) return;
				answer = await world.call(step.actor, `/deletions/${record.id}/cancellation`, "POST");
				break;
			case "freeze": {
				const until =
					step.minutes === null ? {} : { until: new Date(Date.now() + step.minutes * 60_000).toISOString() };
				answer = await world.call(step.actor, "/freeze", "PUT", { reason: "a test", ...until });
				if (answer.status === 200)
					standing.frozenUntilMs =
						step.minutes === null ? Number.POSITIVE_INFINITY : Date.now() + step.minutes * 60_000;
				break;
			}
			case "lift":
				answer = await world.call(step.actor, "/freeze", "DELETE");
				if (answer.status === 200) standing.frozenUntilMs = null;
				break;
			case "restore":
				record = pick(step.which, ({ state }) => state === "deleted");
				if (record === undefined) return;
				answer = await world.call(step.actor, `/deletions/${record.id}/restoration`, "POST");
				break;
			case "restore_many": {
				const deletions = all.map(({ id }) => id);
				if (deletions.length === 0) return;
				answer = await world.call(step.actor, "/restorations", "POST", { deletions });
				vi.setSystemTime(Date.now() + 1000);
				await world.alarm();
				break;
			}
			case "others_delete": {
				const state = world.imitation.snapshot();
				for (const { id, cidr } of bindings()) if (cidr === step.cidr) goneByOthers.add(id);
				for (const prefix of state.prefixes) prefix.bindings = prefix.bindings.filter(({ cidr }) => cidr !== step.cidr);
				world.imitation.replace(state);
				break;
			}
			case "wait":
				vi.setSystemTime(Date.now() + step.minutes * 60_000);
				await world.alarm();
		}
		const known = record === undefined ? undefined : said.get(record.id);
		// Before judging what it led to: a decision counts from when it is accepted.
		if (step.do === "decide" && record !== undefined && known !== undefined && answer.status < 300)
			takeWord(step, record, known);
		if (step.do === "cancel" && known !== undefined && answer.status < 300) known.ended = "cancelled";

		all = await world.settled();
		for (const one of all) {
			if (before.has(one.id)) continue;
			if (request === null) wrong.push(`a record that nobody asked for: ${one.id}`);
			else said.set(one.id, { ...request, approver: null, ended: null });
		}
		if (step.do === "decide" && record !== undefined && known !== undefined && answer.status >= 300)
			takeAnswered(step, record, known);
		world.imitation.faults.clear();
	}

	const siblingsOf = (cidr: string) =>
		world.imitation.snapshot().prefixes.find((prefix) => prefix.bindings.some((one) => one.cidr === cidr))?.bindings ??
		null;

	/** An approval can be accepted and the deletion refused all the same. The record then shows the approval. */
	function takeAnswered(step: Command & { do: "decide" }, record: Deletion, known: Said): void {
		const now = all.find(({ id }) => id === record.id)?.approval;
		if (record.approval?.state === "pending" && now?.state === "approved") takeWord(step, record, known);
	}

	function takeWord(step: Command & { do: "decide" }, record: Deletion, known: Said): void {
		if (record.state !== "pending_approval") return;
		const { scopes } = actors[step.actor];
		const isLate = Date.now() >= Date.parse(record.approval?.requested_at ?? "") + 3_600_000;
		if (step.actor === known.requester || !scopes.some((scope) => scope === "approve") || isLate)
			wrong.push(`a word that may not count: ${step.actor}'s, on ${known.requester}'s deletion`);
		if (step.decision === "approve") known.approver = step.actor;
		else known.ended = "rejected";
	}

	async function askThrough(step: Command & { do: "ask" }, notBeforeMs: number | null, tag: string | null) {
		const { actor, cidr, acknowledge, key, door } = step;
		const notBefore = notBeforeMs === null ? {} : { not_before: new Date(notBeforeMs).toISOString() };
		const headers = {
			...(key === null ? {} : { "idempotency-key": key }),
			...(tag === null ? {} : { "if-match": tag }),
		};
		if (door === "api POST")
			return world.call(actor, "/deletions", "POST", { target: cidr, acknowledge, ...notBefore }, headers);
		const named = acknowledge.length === 0 ? {} : { acknowledge: acknowledge.join(",") };
		const query = new URLSearchParams({ ...named, ...notBefore });
		if (door === "api DELETE") return world.call(actor, `/bindings/${cidr}?${query}`, "DELETE", undefined, headers);
		const binding = bindings().find((one) => one.cidr === cidr) ?? { id: "0".repeat(32) };
		const prefix = startingState.prefixes.find((one) => one.bindings.some((first) => first.cidr === cidr));
		const path = `/client/v4/accounts/${account}/addressing/prefixes/${prefix?.id}/bindings/${binding.id}?${query}`;
		return world.call(actor, path, "DELETE", undefined, headers);
	}

	/** Judges each DELETE since the last look in turn, since later ones depend on it. */
	function judge(): void {
		for (const sent of world.sent().slice(standing.earlier.length)) {
			const owner = all.find(
				({ binding, timeline }) =>
					binding?.id === sent.bindingId &&
					timeline.some(({ event, at }) => event === "sent" && Date.parse(at) === sent.atMs),
			);
			wrong.push(...wrongWith(sent, said.get(owner?.id ?? "") ?? null, standing));
			const cidr = sent.prefix.bindings.find(({ id }) => id === sent.bindingId)?.cidr ?? "";
			standing.earlier.push({ ...sent, cidr, restored: false });
		}
		// Any binding that exists again counts as restored: one deletion per restoration.
		const standingNow = new Set(bindings().map(({ cidr }) => cidr));
		for (const one of standing.earlier) if (one.tookEffect && standingNow.has(one.cidr)) one.restored = true;
	}

	for (const [index, step] of commands.entries()) {
		await perform(step);
		judge();
		if (wrong.length > 0) return { wrong: wrong.map((one) => `command ${index + 1}: ${one}`), all };
	}
	return { wrong: [...wrong, ...unaccounted(world, all, goneByOthers)], all };
}

/**
 * At the end, the records and Cloudflare must tell the same story. Nobody can know whether an unanswered DELETE or
 * someone else removed a binding.
 */
function unaccounted(world: World, all: readonly Deletion[], goneByOthers: ReadonlySet<string>): string[] {
	const effects = world.sent().filter(({ tookEffect }) => tookEffect);
	const counted = (bindingId: string) => all.filter(({ state, binding }) => binding?.id === bindingId && isDone(state));
	const isDone = (state: string) => ["deleted", "restored", "unknown"].includes(state);
	const deleted = all.filter(({ state }) => state === "deleted" || state === "restored");
	return [
		...effects.filter((one) => counted(one.bindingId).length !== 1).map((one) => `no one record of ${one.bindingId}`),
		...deleted
			.filter(({ binding }) => !goneByOthers.has(binding?.id ?? ""))
			.filter(({ binding }) => effects.filter((one) => one.bindingId === binding?.id).length !== 1)
			.map(({ id }) => `a record of what did not happen: ${id}`),
	];
}
