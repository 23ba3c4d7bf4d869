// The Durable Object: one per Cloudflare account, and the only write path. It connects the domain to its storage, to
// Cloudflare and to KV, and makes sure that work once begun is finished: by the request that began it, or by the alarm.

import { DurableObject } from "cloudflare:workers";
import { aliasInKv, recordInKv } from "../adapters/history/recall.ts";
import { configOf, type Env } from "../config.ts";
import type { Binding } from "../deletion/address/binding.ts";
import { type CloudflareId, isCloudflareId } from "../deletion/address/cloudflare-id.ts";
import { advance } from "../deletion/course/advance.ts";
import { beginRestoration, type RestorationRefusal } from "../deletion/course/begin-restoration.ts";
import { cancel, decideApproval, type LifecycleFailure } from "../deletion/course/decisions.ts";
import { giveUpIfLate } from "../deletion/course/judge-received.ts";
import type { Offer, OfferFailure, Press } from "../deletion/course/offer.ts";
import { type DeletionCommand, type Receipt, type Rejection, receive } from "../deletion/course/receive.ts";
import { type ResolutionRefusal, type ResolutionWish, resolve } from "../deletion/course/resolution.ts";
import { presentBudget } from "../deletion/judgement/assess.ts";
import { type Freeze, type FreezeRefusal, refusedFreeze } from "../deletion/judgement/freeze.ts";
import { type Plan, type PlanQuery, plan } from "../deletion/judgement/plan.ts";
import type { BindingsQuery, Changes, ChangesQuery, LedgerApi, Overview } from "../deletion/ledger-api.ts";
import { createDirectory } from "../deletion/lookup/directory.ts";
import type { LookUpFailure } from "../deletion/lookup/locate.ts";
import { shownTo } from "../deletion/lookup/shown-to.ts";
import { surveyPrefix, surveyPrefixes } from "../deletion/lookup/survey.ts";
import type { Actor, Party } from "../deletion/record/actor.ts";
import { type Deletion, isOpen } from "../deletion/record/deletion.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import { healthProblems } from "../deletion/status.ts";
import { log, traceOf } from "../log.ts";
import { withinMs } from "../within-ms.ts";
import { changes } from "./changes.ts";
import { isCredentialRejected, markOf } from "./credential-health.ts";
import { probeCredential, probeDueMs } from "./credential-probe.ts";
import { freezeInForce, freezeLog, hasReadHistory, isImporting, scheduledIds, setFreeze } from "./freezes.ts";
import { migrate } from "./migrations.ts";
import { nextMirrorMs, sendMirrors } from "./mirrors.ts";
import { keepOffer, takeOffer } from "./offers.ts";
import { nextPublishMs } from "./outbox.ts";
import { overview } from "./overview.ts";
import { createRowCount, createStorageProbe, healthFacts, statusFacts } from "./status.ts";
import { createSurveys } from "./surveys.ts";
import { aliasOf, dueIds, getFlag, nextDueMs, postpone, prune, setFlag } from "./tables.ts";
import { createTurns } from "./turns.ts";
import { setAsideIfUnreadable } from "./unreadable.ts";
import { waiting } from "./waiting.ts";
import { type Wired, wire } from "./wiring.ts";

const settledAtOnce = 20;
const publishWaitMs = 2000;
/** Long enough for a caller who does not wait to get a refusal, if Cloudflare answers the look-up at once. */
const shortestLookUpMs = 1000;
/** If the alarm fails, it comes back after this; the platform gives up its own retries after a few. */
const alarmPauseMs = 60_000;
/** An alarm this late is lost: the platform gave up on it. */
const alarmLostMs = 60_000;
/** How long the first callers of a new Ledger wait while it reads the history in KV. */
const historyWaitMs = 5000;
/** A Ledger that may have been set back compares itself with KV first. If KV can't be read, it goes on and tries again later. */
const compareWaitMs = 1500;
const compareAgainMs = 60_000;
/** If the object dies while writing mirrors, the alarm takes over after this. */
const mirroringMs = 20_000;

export class Ledger extends DurableObject<Env> implements LedgerApi {
	readonly #sql: SqlStorage;
	readonly #directory = createDirectory();
	/** Deletions being carried out in this object; callers for the same deletion share the work. */
	readonly #underWay = new Map<string, { judged: Promise<void>; work: Promise<void> }>();
	/** Callers waiting for a deletion to settle. */
	readonly #waiting = new Set<{ id: string; settled: PromiseWithResolvers<void> }>();
	readonly #turns = createTurns();
	readonly #survey = createSurveys(this.#directory);
	readonly #storageWorks: ReturnType<typeof createStorageProbe>;
	readonly #countRows: ReturnType<typeof createRowCount>;
	#services: Wired | null = null;
	#alarmAtMs: number | null = null;
	#hasReadHistory = false;
	#comparison: { startedAtMs: number; done: Promise<unknown> } | null = null;
	#mirroring: Promise<void> | null = null;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		this.#sql = ctx.storage.sql;
		migrate(ctx.storage);
		this.#storageWorks = createStorageProbe(this.#sql);
		this.#countRows = createRowCount(this.#sql);
		this.#hasReadHistory = hasReadHistory(this.#sql);
		ctx.blockConcurrencyWhile(async () => {
			this.#alarmAtMs = await ctx.storage.getAlarm();
			// If the platform gave up on an alarm, any call that wakes the object sets it again.
			const nextMs = this.#nextMs();
			if (nextMs !== null) this.#wakeBy(nextMs);
		});
	}

	async request(command: DeletionCommand, waitMs: number): Promise<Result<Receipt, Rejection>> {
		const { ports, journal, fault } = await this.#ready();
		// Not reported as a freeze: a refusal would bind the caller's key. With the same settings, the doors answer the same.
		if (fault !== null) return fail({ code: "misconfigured", detail: fault.reason });
		const received = receive(command, ports);
		// The refusal names the record that holds the key.
		if (!received.ok) journal.tell(received.failure.deletion_id);
		if (!received.ok) return received;
		const { deletion, replayed } = received.value;
		if (!isOpen(deletion)) return ok({ deletion: shownTo(command.actor, deletion), replayed });
		const present = await this.#broughtOn(deletion, waitMs);
		// The caller gets this id before we know whether another record will answer for it.
		if (present.state === "received" || command.deletionId !== undefined) journal.tell(deletion.id);
		const isAnothers = received.value.joined === true || present.id !== deletion.id;
		const shown = shownTo(command.actor, present);
		const joined = isAnothers && !replayed && present.failure === null;
		return ok({ deletion: shown, replayed, joined, budget: presentBudget(ports) });
	}

	async decide(
		id: string,
		decision: "approve" | "reject",
		actor: Actor,
		waitMs: number,
	): Promise<Result<Deletion, LifecycleFailure>> {
		await this.#ready();
		const decided = noted(
			"approval",
			id,
			actor,
			decideApproval(await this.#recorded(id), decision, actor, this.#wired().ports),
		);
		return decided.ok ? ok(await this.#broughtOn(decided.value, waitMs)) : decided;
	}

	async cancel(id: string, actor: Actor): Promise<Result<Deletion, LifecycleFailure>> {
		await this.#ready();
		return noted("cancellation", id, actor, cancel(await this.#recorded(id), actor, this.#wired().ports));
	}

	async restore(id: string, actor: Actor, waitMs: number): Promise<Result<Deletion, RestorationRefusal>> {
		const { ports, outbox } = await this.#ready();
		const begun = noted("restoration", id, actor, await beginRestoration(await this.#recorded(id), actor, ports));
		if (!begun.ok) return begun;
		const restored = await this.#broughtOn(begun.value, waitMs);
		// KV still has the old version of the record; the next reader should not get it.
		if (this.#hasReadHistory) await withinMs(publishWaitMs, outbox.send(id));
		return ok(restored);
	}

	async resolve(id: string, wish: ResolutionWish, actor: Actor): Promise<Result<Deletion, ResolutionRefusal>> {
		const { ports, outbox } = await this.#ready();
		// A look under way could settle the record at the same time, and so could one that starts now.
		for (let present = this.#underWay.get(id); present !== undefined; present = this.#underWay.get(id))
			await present.work;
		const work = this.#recorded(id).then((deletion) => resolve(deletion, wish, actor, ports));
		const done = work.then(
			() => undefined,
			() => undefined,
		);
		this.#underWay.set(id, { judged: done, work: done });
		const resolved = noted("resolution", id, actor, await work.finally(() => this.#underWay.delete(id)));
		// KV may still show the restoration as under way.
		if (this.#hasReadHistory) await withinMs(publishWaitMs, outbox.send(id));
		return resolved;
	}

	async freezes(): ReturnType<LedgerApi["freezes"]> {
		await this.#ready();
		const nowMs = Date.now();
		const freeze = freezeInForce(this.#sql, nowMs);
		return { freeze, waiting: waiting(this.#sql, nowMs), log: freezeLog(this.#sql) };
	}

	async setFreeze(freeze: Freeze | null, by: Party | Actor): Promise<Result<Freeze | null, FreezeRefusal>> {
		await this.#ready();
		const nowMs = Date.now();
		const present = freezeInForce(this.#sql, nowMs);
		const refusal = refusedFreeze(freeze, by, present, { nowMs, hasReadHistory: this.#hasReadHistory });
		if (refusal !== null) return fail(refusal);
		setFreeze(this.#sql, freeze, by, nowMs);
		this.#wakeBy(nowMs + 1000);
		log("warn", freeze === null ? "freeze_lifted" : "frozen", { by: by.name, door: by.door });
		if (freeze === null) for (const id of scheduledIds(this.#sql)) this.ctx.waitUntil(this.#advance(id));
		return ok(freezeInForce(this.#sql, nowMs));
	}

	async plan(query: PlanQuery): Promise<Result<Plan, LookUpFailure>> {
		return plan(query, (await this.#ready()).ports, this.#directory);
	}

	bindings(query: BindingsQuery): ReturnType<LedgerApi["bindings"]> {
		return this.#survey(query, this.#wired().ports);
	}

	prefixes(): ReturnType<LedgerApi["prefixes"]> {
		return surveyPrefixes(this.#wired().ports, this.#directory);
	}

	bindingsIn(prefixId: CloudflareId): Promise<Result<Binding[], LookUpFailure>> {
		return surveyPrefix(prefixId, this.#wired().ports, this.#directory);
	}

	async record(id: string): Promise<Deletion | null> {
		const { journal } = this.#wired().ports;
		try {
			return journal.get(id) ?? journal.get(aliasOf(this.#sql, id) ?? id);
		} catch (error) {
			setAsideIfUnreadable(this.#sql, id);
			throw error;
		}
	}

	async changes(query: ChangesQuery): Promise<Changes | null> {
		const { journal } = this.#wired();
		return this.#readInTurn(query, () => changes(this.#sql, journal.version(), query, Date.now()));
	}

	async offer(offer: Offer): Promise<string> {
		return keepOffer(this.#sql, offer, Date.now());
	}

	async press(press: Press): Promise<Result<Offer, OfferFailure>> {
		return takeOffer(this.#sql, press, Date.now());
	}

	async overview(query: ChangesQuery, sinceDay: string): Promise<Overview | null> {
		const { journal } = await this.#ready();
		return this.#readInTurn(query, () => overview(this.#sql, journal.version(), query, sinceDay, Date.now()));
	}

	/** The previous release does not say who is reading. */
	#readInTurn<Value>({ caller, unless }: ChangesQuery, read: () => Value): Promise<Value | null> {
		// A poll that finds nothing new costs next to nothing.
		if (unless === this.#wired().journal.version()) return Promise.resolve(read());
		return this.#turns.take(caller ?? "", read);
	}

	async health(): ReturnType<LedgerApi["health"]> {
		this.#healAlarm();
		const nowMs = Date.now();
		const known = this.#knownHealth(nowMs);
		const problems = healthProblems(healthFacts(this.#sql, known, nowMs), nowMs);
		return { credentialRejected: known.credentialRejected, problems };
	}

	async status(): ReturnType<LedgerApi["status"]> {
		this.#healAlarm();
		const nowMs = Date.now();
		const known = { ...this.#knownHealth(nowMs), ...this.#countRows(nowMs), nextAlarmMs: this.#alarmAtMs };
		const facts = statusFacts(this.#sql, known, nowMs);
		return { facts, problems: healthProblems(facts, nowMs) };
	}

	#knownHealth(nowMs: number) {
		const config = configOf(this.env);
		return {
			credentialRejected: !config.ok || isCredentialRejected(this.#sql, markOf(config.value.credential)),
			storageWorks: this.#storageWorks(nowMs),
			callsLeft: this.#services?.addressing.callsLeft() ?? null,
		};
	}

	/**
	 * Finishes what is due and sets the alarm for what is due next. It must never throw: the platform would retry it a few
	 * times and then drop it for good.
	 */
	override async alarm(): Promise<void> {
		this.#alarmAtMs = null;
		try {
			const { ports, outbox, journal } = await this.#ready();
			journal.countRefusals();
			const due = dueIds(this.#sql, Date.now(), settledAtOnce);
			await Promise.all(due.map((id) => this.#advance(id)));
			prune(this.#sql, Date.now());
			setFlag(this.#sql, "alarm_succeeded", String(Date.now()));
			// Don't wait for KV: what is due next is due whether KV answers or not.
			const publishing = this.#sendToKv(outbox).catch((error) => log("error", "publishing_failed", traceOf(error)));
			// Last, and without waiting: it must not delay any work.
			if (probeDueMs(this.#sql, Date.now()) <= Date.now())
				this.ctx.waitUntil(probeCredential(this.#sql, ports.cloudflare, ports.now));
			this.#wakeForNext();
			void publishing.then(() => this.#wakeForNext());
		} catch (error) {
			log("error", "alarm_failed", traceOf(error));
			this.#wakeBy(Date.now() + alarmPauseMs);
		}
	}

	/**
	 * The record once there is nothing left to wait for, or after `waitMs`. The alarm looks at an unknown outcome again; a
	 * caller with time left waits for that.
	 */
	async #broughtOn(deletion: Deletion, waitMs: number): Promise<Deletion> {
		const present = () => this.#wired().ports.journal.get(deletion.id) ?? deletion;
		const waiting = { id: deletion.id, settled: Promise.withResolvers<void>() };
		const { judged, work } = this.#advancing(deletion.id);
		const bringOn = async (): Promise<void> => {
			await work;
			const { id, state } = present();
			// The look-up may show that another record answers.
			if (id !== deletion.id) await this.#advance(id);
			waiting.id = id;
			if (state === "unknown") await waiting.settled.promise;
		};
		this.#waiting.add(waiting);
		await Promise.all([withinMs(waitMs, bringOn()), withinMs(Math.max(waitMs, shortestLookUpMs), judged)]);
		this.#waiting.delete(waiting);
		return present();
	}

	#onSettled(id: string): void {
		for (const waiting of this.#waiting) if (waiting.id === id) waiting.settled.resolve();
		if (this.#hasReadHistory) this.#wired().outbox.sendSoon(id);
	}

	/** Never rejects: if the work fails, the alarm takes over and finds out what really happened. */
	#advance(id: string): Promise<void> {
		return this.#advancing(id).work;
	}

	#advancing(id: string): { judged: Promise<void>; work: Promise<void> } {
		const present = this.#underWay.get(id);
		if (present !== undefined) {
			const open = this.#wired().ports.journal.open(id);
			if (open !== null) giveUpIfLate(open, this.#wired().ports);
			return present;
		}
		const judged = Promise.withResolvers<void>();
		const work = this.#goOn(id, judged.resolve)
			.catch((error) => {
				log("error", "deletion_interrupted", { deletion_id: id, ...traceOf(error) });
				setAsideIfUnreadable(this.#sql, id);
				postpone(this.#sql, id, Date.now() + alarmPauseMs);
			})
			.finally(() => {
				judged.resolve();
				this.#underWay.delete(id);
			});
		this.#underWay.set(id, { judged: judged.promise, work });
		return { judged: judged.promise, work };
	}

	async #goOn(id: string, onJudged: () => void): Promise<void> {
		const { ports, legacy } = this.#wired();
		const query = "SELECT 1 FROM deletions WHERE id = ? AND open = 1 AND state = 'scheduled'";
		const isScheduled = this.#sql.exec(query, id).toArray().length > 0;
		if (isScheduled && !(await legacy.upToDate())) return postpone(this.#sql, id, Date.now() + alarmPauseMs);
		return advance(id, ports, this.#directory, onJudged);
	}

	/** A new Ledger first reads the history in KV; until that works, deletions are frozen. */
	async #ready(): Promise<Wired> {
		const wired = this.#wired();
		if (!this.#hasReadHistory) {
			await withinMs(historyWaitMs, wired.legacy.known());
			this.#hasReadHistory = hasReadHistory(this.#sql);
		}
		await this.#compared(wired.legacy);
		return wired;
	}

	/** Freezes, if KV shows that this Ledger was set back to an earlier time. Costs a list and a read once per start. */
	#compared(legacy: Wired["legacy"]): Promise<unknown> {
		const nowMs = Date.now();
		if (this.#comparison === null || nowMs - this.#comparison.startedAtMs > compareAgainMs)
			this.#comparison = { startedAtMs: nowMs, done: withinMs(compareWaitMs, legacy.upToDate()) };
		return this.#comparison.done;
	}

	/** A new Ledger writes nothing before it has read the history: it would take its own records for one. */
	async #sendToKv(outbox: Wired["outbox"]): Promise<void> {
		if (this.#hasReadHistory) await Promise.all([outbox.sendDue(), this.#sendMirrors()]);
	}

	#sendMirrors(): Promise<void> {
		this.#mirroring ??= sendMirrors(this.#sql, this.env.HISTORY, () => Date.now()).finally(() => {
			this.#mirroring = null;
		});
		return this.#mirroring;
	}

	/** From the journal, or from KV once it has left the journal. */
	async #recorded(id: string): Promise<Deletion | null> {
		const kept = await this.record(id);
		if (kept !== null) return kept;
		const kv = this.env.HISTORY;
		const published = await recordInKv(kv, id);
		if (published !== null) return published;
		const answeredBy = await aliasInKv(kv, id);
		return answeredBy === null ? null : ((await this.record(answeredBy)) ?? recordInKv(kv, answeredBy));
	}

	/** Sets the alarm for the next due time in the tables, even if it was set for an earlier time. */
	#wakeForNext(): void {
		const atMs = this.#nextMs();
		this.#alarmAtMs = null;
		// If work is still overdue after the alarm has done what it could, pause for a moment.
		if (atMs !== null) this.#wakeBy(atMs > Date.now() ? atMs : Date.now() + 1000);
	}

	#nextMs(): number | null {
		const publishAtMs = this.#services === null ? nextPublishMs(this.#sql) : this.#services.outbox.nextDueMs();
		const mirrorAtMs = nextMirrorMs(this.#sql);
		const untilMs = Date.now() + mirroringMs;
		const kvDueMs = [
			publishAtMs,
			mirrorAtMs === null || this.#mirroring === null ? mirrorAtMs : Math.max(mirrorAtMs, untilMs),
		];
		const toRead = isImporting(this.#sql) || kvDueMs.some((atMs) => atMs !== null) ? Date.now() + alarmPauseMs : null;
		const probeMs = configOf(this.env).ok ? probeDueMs(this.#sql, Date.now()) : null;
		const dueMs = [nextDueMs(this.#sql), probeMs, ...(this.#hasReadHistory ? kvDueMs : [toRead])].filter(
			(atMs) => atMs !== null,
		);
		return dueMs.length === 0 ? null : Math.min(...dueMs);
	}

	/** An alarm set for an earlier time is enough, unless it was lost: it sets the next one itself. */
	#wakeBy(atMs: number): void {
		if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs && !this.#isAlarmLost()) return;
		this.#alarmAtMs = atMs;
		void this.ctx.storage.setAlarm(atMs);
	}

	#healAlarm(): void {
		if (this.#isAlarmLost()) this.#wakeBy(Date.now());
	}

	#isAlarmLost(): boolean {
		return this.#alarmAtMs !== null && this.#alarmAtMs < Date.now() - alarmLostMs;
	}

	/** Every call passes through here, so the next one restores a lost alarm. */
	#wired(): Wired {
		this.#healAlarm();
		if (this.#services !== null) return this.#services;
		const config = configOf(this.env);
		if (!config.ok) throw new Error("misconfigured");
		// An object woken by an alarm does not always know its name.
		const accountId = this.ctx.id.name ?? getFlag(this.#sql, "account") ?? "";
		if (!isCloudflareId(accountId)) throw new Error("a Ledger must be named after its account");
		if (getFlag(this.#sql, "account") === null) setFlag(this.#sql, "account", accountId);
		this.#services = wire(this.#sql, this.env.HISTORY, accountId, config.value, {
			onDue: (atMs) => this.#wakeBy(atMs),
			onSettled: (id) => this.#onSettled(id),
		});
		return this.#services;
	}
}

/** Logs a refused decision, which changes no record and would otherwise leave no trace. */
function noted<Value, Failure extends { code: string }>(
	what: string,
	id: string,
	actor: Actor,
	result: Result<Value, Failure>,
): Result<Value, Failure> {
	const { name, door } = actor;
	if (!result.ok) log("warn", `${what}_refused`, { deletion_id: id, actor: name, door, code: result.failure.code });
	return result;
}
