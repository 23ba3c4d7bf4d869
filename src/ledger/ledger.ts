// The Durable Object: one per Cloudflare account, and the only write path. It connects the domain to its storage, to
// Cloudflare and to KV, and makes sure that work once begun is finished: by the request that began it, or by the alarm.

import { DurableObject } from "cloudflare:workers";
import { configOf, type Env } from "../config.ts";
import { type CloudflareId, isCloudflareId } from "../deletion/address/cloudflare-id.ts";
import { beginRestoration } from "../deletion/course/begin-restoration.ts";
import { cancel, decideApproval } from "../deletion/course/decisions.ts";
import type { Offer, Press } from "../deletion/course/offer.ts";
import { type DeletionCommand, receive } from "../deletion/course/receive.ts";
import { type ResolutionWish, resolve } from "../deletion/course/resolution.ts";
import { presentBudget } from "../deletion/judgement/assess.ts";
import type { Freeze } from "../deletion/judgement/freeze.ts";
import { type PlanQuery, plan } from "../deletion/judgement/plan.ts";
import type { BindingsQuery, ChangesQuery, LedgerApi } from "../deletion/ledger-api.ts";
import { createDirectory } from "../deletion/lookup/directory.ts";
import { shownTo } from "../deletion/lookup/shown-to.ts";
import { createSurvey, surveyPrefix, surveyPrefixes } from "../deletion/lookup/survey.ts";
import type { PastQuery } from "../deletion/past.ts";
import type { Actor, Party } from "../deletion/record/actor.ts";
import { isOpen } from "../deletion/record/deletion.ts";
import type { RestorationsCommand } from "../deletion/restorations.ts";
import { fail, ok } from "../deletion/result.ts";
import { log, traceOf } from "../log.ts";
import type { NotificationsQuery } from "../notify/delivery.ts";
import { withinMs } from "../within-ms.ts";
import { createAlarmClock } from "./alarm-clock.ts";
import { changes, overview } from "./changes.ts";
import { probeCredential, probeDueMs } from "./credential.ts";
import { finishDue, nextWakeMs } from "./due.ts";
import { freezeInForce, freezeLog, hasReadHistory, scheduledIds, turnFreeze, waiting } from "./freezes.ts";
import { alarmPauseMs, deliveriesBesideLook, deliveriesPerAlarm, publishWaitMs } from "./limits.ts";
import { migrate } from "./migrations.ts";
import { createMirrors } from "./mirrors.ts";
import { sendAgain, sendTest } from "./notify/by-hand.ts";
import { nextDeliveryMs } from "./notify/deliveries.ts";
import { announceFreezeEnd, freezeEndsMs } from "./notify/freeze-end.ts";
import { keepOffer, takeOffer } from "./offers.ts";
import { nextPublishMs } from "./outbox.ts";
import { createReadQueue } from "./read-queue.ts";
import { logRefused, recorded } from "./recorded.ts";
import { createRestoring } from "./restorations/restoring.ts";
import { createStatus } from "./status.ts";
import { getFlag, readOrSetAside, setFlag } from "./tables.ts";
import { massDeletions } from "./watch/mass-deletions.ts";
import { past } from "./watch/past.ts";
import { type Wired, wire } from "./wiring.ts";
import { createWork } from "./work.ts";

type Answer<Method extends keyof LedgerApi> = ReturnType<LedgerApi[Method]>;

export class Ledger extends DurableObject<Env> implements LedgerApi {
	readonly #sql = this.ctx.storage.sql;
	readonly #directory = createDirectory({
		prefixes: () => this.#wired().watch.inventory.prefixes(),
		prefixOf: (bindingId) => this.#wired().watch.inventory.prefixOf(bindingId),
	});
	readonly #reads = createReadQueue();
	readonly #survey = createSurvey(this.#directory);
	readonly #status = createStatus(this.#sql, () => configOf(this.env));
	readonly #mirrors = createMirrors(this.#sql, this.env.HISTORY, () => Date.now());
	readonly #work = createWork(this.#sql, this.#directory, () => this.#wired());
	readonly #alarm = createAlarmClock(this.ctx.storage, () => this.#nextMs());
	readonly #recorded = (id: string) => recorded(id, (one) => this.record(one), this.env.HISTORY);
	readonly #restoring = createRestoring(
		this.ctx.storage,
		{
			ports: () => this.#wired().ports,
			now: () => Date.now(),
			spareMs: () => this.#services?.addressing.spareMs() ?? 0,
			isUncertain: (party) => this.#wired().isUncertain(party),
			leftIn: (prefixId) => this.#wired().watch.leftIn(prefixId),
			recorded: this.#recorded,
			alone: this.#work.alone,
		},
		(atMs) => this.#alarm.wakeBy(atMs),
	);
	#services: Wired | null = null;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		migrate(ctx.storage);
		ctx.blockConcurrencyWhile(() => this.#alarm.start());
	}

	async request(command: DeletionCommand, waitMs: number): Answer<"request"> {
		const { ports, journal, fault } = await this.#ready();
		// Not reported as a freeze: a refusal would bind the caller's key. With the same settings, the doors answer the same.
		if (fault !== null) return fail({ code: "misconfigured", detail: fault.reason });
		const received = receive(command, ports);
		// The refusal names the record that holds the key.
		if (!received.ok) journal.markIdGiven(received.failure.deletion_id);
		if (!received.ok) return received;
		const { deletion, replayed } = received.value;
		if (!isOpen(deletion)) return ok({ deletion: shownTo(command.actor, deletion), replayed });
		const present = await this.#work.waitForOutcome(deletion, waitMs);
		// The caller gets this id before we know whether another record will answer for it.
		if (present.state === "received" || command.deletionId !== undefined) journal.markIdGiven(deletion.id);
		const isAnothers = received.value.joined === true || present.id !== deletion.id;
		const joined = isAnothers && !replayed && present.failure === null;
		return ok({ deletion: shownTo(command.actor, present), replayed, joined, budget: presentBudget(ports) });
	}

	async decide(id: string, wish: "approve" | "reject", actor: Actor, waitMs: number): Answer<"decide"> {
		const { ports } = await this.#ready();
		const record = await this.#recorded(id);
		const decision = record.ok ? decideApproval(record.value, wish, actor, ports) : record;
		const decided = logRefused("approval", id, actor, decision);
		return decided.ok ? ok(await this.#work.waitForOutcome(decided.value, waitMs)) : decided;
	}

	async cancel(id: string, actor: Actor): Answer<"cancel"> {
		const { ports } = await this.#ready();
		const record = await this.#recorded(id);
		return logRefused("cancellation", id, actor, record.ok ? cancel(record.value, actor, ports) : record);
	}

	async restore(id: string, actor: Actor, waitMs: number): Answer<"restore"> {
		const { ports } = await this.#ready();
		const record = await this.#recorded(id);
		const begun = record.ok ? await beginRestoration(record.value, actor, ports) : record;
		logRefused("restoration", id, actor, begun);
		if (!begun.ok) return begun;
		const restored = await this.#work.waitForOutcome(begun.value, waitMs);
		await this.#publishSoon(id);
		return ok(restored);
	}

	async restoreMany(command: RestorationsCommand): Answer<"restoreMany"> {
		await this.#ready();
		return this.#restoring.receive(command);
	}

	async restorations(id: string): Answer<"restorations"> {
		await this.#ready();
		return this.#restoring.show(id);
	}

	async massDeletions(): Answer<"massDeletions"> {
		await this.#ready();
		return massDeletions(this.#sql, Date.now());
	}

	async resolve(id: string, wish: ResolutionWish, actor: Actor): Answer<"resolve"> {
		const { ports } = await this.#ready();
		// A look under way could settle the record at the same time, and so could one that starts now.
		const resolving = this.#work.alone(id, async () => {
			const record = await this.#recorded(id);
			return record.ok ? resolve(record.value, wish, actor, ports) : record;
		});
		const resolved = logRefused("resolution", id, actor, await resolving);
		await this.#publishSoon(id);
		return resolved;
	}

	async freezes(): Answer<"freezes"> {
		await this.#ready();
		const nowMs = Date.now();
		return { freeze: freezeInForce(this.#sql, nowMs), waiting: waiting(this.#sql, nowMs), log: freezeLog(this.#sql) };
	}

	async setFreeze(freeze: Freeze | null, by: Party | Actor): Answer<"setFreeze"> {
		const { announce } = (await this.#ready()).notifier;
		announceFreezeEnd(this.#sql, announce, Date.now());
		const turned = turnFreeze(this.#sql, freeze, by, Date.now(), announce);
		if (!turned.ok) return turned;
		this.#alarm.wakeBy(Date.now() + 1000);
		if (freeze === null) for (const id of scheduledIds(this.#sql)) this.ctx.waitUntil(this.#work.advance(id));
		return turned;
	}

	async plan(query: PlanQuery): Answer<"plan"> {
		return plan(query, (await this.#ready()).ports, this.#directory);
	}

	bindings(query: BindingsQuery): Answer<"bindings"> {
		return this.#survey(query, this.#wired().ports);
	}

	prefixes(): Answer<"prefixes"> {
		return surveyPrefixes(this.#wired().ports, this.#directory);
	}

	bindingsIn(prefixId: CloudflareId): Answer<"bindingsIn"> {
		return surveyPrefix(prefixId, this.#wired().ports, this.#directory);
	}

	async record(id: string): Answer<"record"> {
		const { journal } = this.#wired();
		return readOrSetAside(this.#sql, id, () => journal.get(id));
	}

	async changes(query: ChangesQuery): Answer<"changes"> {
		const { journal } = this.#wired();
		const read = () => changes(this.#sql, journal.version(), query, Date.now());
		return this.#reads.inTurn(query, journal.version(), read);
	}

	async overview(query: ChangesQuery, sinceDay: string): Answer<"overview"> {
		const { journal } = await this.#ready();
		const read = () => overview(this.#sql, journal.version(), query, sinceDay, Date.now());
		return this.#reads.inTurn(query, journal.version(), read);
	}

	async past(query: PastQuery): Answer<"past"> {
		const { journal, watch } = this.#wired();
		const read = () => past(this.#sql, query, watch.known());
		return this.#reads.inTurn({ caller: query.caller ?? null, unless: null }, journal.version(), read);
	}

	async offer(offer: Offer): Answer<"offer"> {
		return keepOffer(this.#sql, offer, Date.now());
	}

	async press(press: Press): Answer<"press"> {
		return takeOffer(this.#sql, press, Date.now());
	}

	async notifications(query: NotificationsQuery): Answer<"notifications"> {
		const { journal, notifier } = this.#wired();
		return this.#reads.inTurn({ caller: query.caller ?? null, unless: null }, journal.version(), () =>
			notifier.list(query),
		);
	}

	async redeliver(id: string, actor: Actor): Answer<"redeliver"> {
		return sendAgain((await this.#ready()).notifier, id, actor);
	}

	async sendTest(destination: string, actor: Actor): Answer<"sendTest"> {
		const { notifier } = await this.#ready();
		return sendTest(notifier, destination, actor, crypto.randomUUID().replaceAll("-", ""), Date.now());
	}

	async health(): Answer<"health"> {
		return this.#status.health(this.#awake()?.addressing.callsLeft() ?? null, Date.now());
	}

	async status(): Answer<"status"> {
		const wired = this.#awake();
		const known = { callsLeft: wired?.addressing.callsLeft() ?? null, watch: wired?.watch.facts() ?? null };
		const destinations = wired?.notifier.facts() ?? null;
		return this.#status.status({ ...known, destinations, nextAlarmMs: this.#alarm.atMs() }, Date.now());
	}

	/** A probe starts the watch of an object that nobody else calls. null if the settings or the storage fail: the facts say so. */
	#awake(): Wired | null {
		try {
			return this.#wired();
		} catch {
			return null;
		}
	}

	/**
	 * Finishes what is due and sets the alarm for what is due next. It must never throw: the platform would retry it a few
	 * times and then drop it for good.
	 */
	override async alarm(): Promise<void> {
		this.#alarm.wentOff();
		try {
			const { ports, outbox, journal, watch, notifier } = await this.#ready();
			announceFreezeEnd(this.#sql, notifier.announce, Date.now());
			let due = 0;
			await finishDue(this.#sql, journal, (id) => {
				due += 1;
				return this.#work.advance(id);
			});
			// Don't wait for KV: what is due next is due whether KV answers or not.
			const publishing = this.#sendToKv(outbox).catch((error) => log("error", "publishing_failed", traceOf(error)));
			// Last, and without waiting: it must not delay any work.
			if (probeDueMs(this.#sql, Date.now()) <= Date.now())
				this.ctx.waitUntil(probeCredential(this.#sql, ports.cloudflare, ports.now));
			// Before the looks: they end later, and then the next one is not due yet.
			const isLooking = watch.isDue() || this.#restoring.nextMs() !== null;
			this.ctx.waitUntil(this.#lookOrRestore(watch, due > 0).then(() => this.#alarm.wakeForNext()));
			const sending = notifier.sendDue(isLooking ? deliveriesBesideLook : deliveriesPerAlarm);
			this.ctx.waitUntil(sending.then(() => this.#alarm.wakeForNext()));
			this.#alarm.wakeForNext();
			void publishing.then(() => this.#alarm.wakeForNext());
		} catch (error) {
			log("error", "alarm_failed", traceOf(error));
			this.#alarm.wakeBy(Date.now() + alarmPauseMs);
		}
	}

	/** Each needs an invocation's calls to itself. The watch goes first, because it keeps to its share of the rate limit. */
	async #lookOrRestore(watch: Wired["watch"], isBusy: boolean): Promise<void> {
		if (watch.isDue()) await watch.look();
		else if (!isBusy) await this.#restoring.work();
	}

	/** A new Ledger writes nothing before it has read the history: it would take its own records for one. */
	async #sendToKv(outbox: Wired["outbox"]): Promise<void> {
		if (hasReadHistory(this.#sql)) await Promise.all([outbox.sendDue(), this.#mirrors.sendDue()]);
	}

	/** KV still has the old version of the record; the next reader should not get it. */
	async #publishSoon(id: string): Promise<void> {
		if (hasReadHistory(this.#sql)) await withinMs(publishWaitMs, this.#wired().outbox.send(id));
	}

	#nextMs(): number | null {
		const publishMs = this.#services === null ? nextPublishMs(this.#sql) : this.#services.outbox.nextDueMs();
		const probeMs = configOf(this.env).ok ? probeDueMs(this.#sql, Date.now()) : null;
		const notifyMs = this.#services === null ? nextDeliveryMs(this.#sql) : this.#services.notifier.nextMs();
		const lookMs = [this.#services?.watch.nextMs() ?? null, this.#restoring.nextMs()];
		const readMs = [probeMs, ...lookMs, notifyMs, freezeEndsMs(this.#sql)];
		return nextWakeMs(this.#sql, [publishMs, this.#mirrors.nextDueMs()], readMs, Date.now());
	}

	async #ready(): Promise<Wired> {
		const wired = this.#wired();
		await wired.legacy.ready();
		return wired;
	}

	/** Every call passes through here, so the next one restores a lost alarm. */
	#wired(): Wired {
		this.#alarm.heal();
		if (this.#services !== null) return this.#services;
		const config = configOf(this.env);
		if (!config.ok) throw new Error("misconfigured");
		// An object woken by an alarm does not always know its name.
		const accountId = this.ctx.id.name ?? getFlag(this.#sql, "account") ?? "";
		if (!isCloudflareId(accountId)) throw new Error("a Ledger must be named after its account");
		if (getFlag(this.#sql, "account") === null) setFlag(this.#sql, "account", accountId);
		this.#services = wire(this.ctx.storage, this.env.HISTORY, accountId, config.value, {
			onDue: (atMs) => this.#alarm.wakeBy(atMs),
			onSettled: (id) => {
				this.#work.onSettled(id);
				this.#restoring.settled(id);
				if (hasReadHistory(this.#sql)) this.#wired().outbox.sendSoon(id);
			},
		});
		return this.#services;
	}
}
