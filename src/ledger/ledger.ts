// The Durable Object: one per Cloudflare account, and the only write path. It connects the domain to its storage, to
// Cloudflare and to KV, and makes sure that work once begun is finished: by the request that began it, or by the alarm.

import { DurableObject } from "cloudflare:workers";
import { configOf, type Env } from "../config.ts";
import type { CloudflareId } from "../deletion/address/cloudflare-id.ts";
import { presentBudget } from "../deletion/judgement/assess.ts";
import type { Freeze } from "../deletion/judgement/freeze.ts";
import { type PlanQuery, plan } from "../deletion/judgement/plan.ts";
import type { BindingsQuery, ChangesQuery, LedgerApi } from "../deletion/ledger-api.ts";
import { createDirectory } from "../deletion/lookup/directory.ts";
import { createAccountList, listPrefix, listPrefixes } from "../deletion/lookup/list.ts";
import { shownTo } from "../deletion/lookup/visible.ts";
import type { PastQuery } from "../deletion/past.ts";
import type { Actor, Party } from "../deletion/record/actor.ts";
import { type Deletion, isOpen } from "../deletion/record/deletion.ts";
import type { RestorationsCommand } from "../deletion/restorations/restorations.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import { beginRestoration } from "../deletion/steps/begin-restoration.ts";
import { cancel, decideApproval, type HistoryUnreadable } from "../deletion/steps/decisions.ts";
import type { Offer, Press } from "../deletion/steps/offer.ts";
import { type DeletionCommand, receive } from "../deletion/steps/receive.ts";
import { type ResolutionRequest, resolve } from "../deletion/steps/resolution.ts";
import type { NotificationsQuery } from "../notify/delivery.ts";
import { withinMs } from "../within-ms.ts";
import { type AlarmDuties, goOff, nextDutyMs } from "./alarm.ts";
import { createAlarmClock } from "./alarm-clock.ts";
import { changes, overview } from "./changes.ts";
import { freezeInForce, freezeLog, hasReadHistory, scheduledIds, turnFreeze, waiting } from "./freezes.ts";
import { publishWaitMs } from "./limits.ts";
import { migrate } from "./migrations.ts";
import { createMirrors } from "./mirrors.ts";
import { sendAgain, sendTest } from "./notify/by-hand.ts";
import { announceFreezeEnd } from "./notify/freeze-end.ts";
import { keepOffer, takeOffer } from "./offers.ts";
import { createReadQueue } from "./read-queue.ts";
import { logRefused, recorded } from "./recorded.ts";
import { createRestoring } from "./restorations/restoring.ts";
import { createServices } from "./services.ts";
import { createStatus } from "./status.ts";
import { readOrSetAside } from "./tables.ts";
import { massDeletions } from "./watch/mass-deletions.ts";
import { past } from "./watch/past.ts";
import type { Wired } from "./wiring.ts";
import { createWork } from "./work.ts";

type Answer<Method extends keyof LedgerApi> = ReturnType<LedgerApi[Method]>;

export class Ledger extends DurableObject<Env> implements LedgerApi {
	readonly #sql = this.ctx.storage.sql;
	readonly #directory = createDirectory({
		prefixes: () => this.#wired().watch.inventory.prefixes(),
		prefixOf: (bindingId) => this.#wired().watch.inventory.prefixOf(bindingId),
	});
	readonly #reads = createReadQueue();
	readonly #accountList = createAccountList(this.#directory);
	readonly #status = createStatus(this.#sql, () => configOf(this.env));
	readonly #mirrors = createMirrors(this.#sql, this.env.HISTORY, () => Date.now());
	readonly #work = createWork(this.#sql, this.#directory, () => this.#wired());
	readonly #alarm = createAlarmClock(this.ctx.storage, () => nextDutyMs(this.#duties));
	readonly #recorded = (id: string) => recorded(id, (one) => this.record(one), this.env.HISTORY);
	readonly #restoring = createRestoring(
		this.ctx.storage,
		{
			ports: () => this.#wired().ports,
			now: () => Date.now(),
			spareMs: () => this.#services.present()?.addressing.spareMs() ?? 0,
			isUncertain: (party) => this.#wired().isUncertain(party),
			leftIn: (prefixId) => this.#wired().watch.leftIn(prefixId),
			recorded: this.#recorded,
			alone: this.#work.alone,
		},
		(atMs) => this.#alarm.wakeBy(atMs),
	);
	readonly #services = createServices(this.ctx, () => this.env, {
		onDue: (atMs) => this.#alarm.wakeBy(atMs),
		onSettled: (id) => {
			this.#work.onSettled(id);
			this.#restoring.settled(id);
			if (hasReadHistory(this.#sql)) this.#wired().outbox.sendSoon(id);
		},
	});
	readonly #duties: AlarmDuties = {
		sql: this.#sql,
		alarm: this.#alarm,
		work: this.#work,
		mirrors: this.#mirrors,
		restoring: this.#restoring,
		isConfigured: () => configOf(this.env).ok,
		services: () => this.#services.present(),
		ready: () => this.#ready(),
		waitUntil: (doing) => this.ctx.waitUntil(doing),
	};

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
		const decided = await this.#decide("approval", id, actor, (one) => decideApproval(one, wish, actor, ports));
		return decided.ok ? ok(await this.#work.waitForOutcome(decided.value, waitMs)) : decided;
	}

	async cancel(id: string, actor: Actor): Answer<"cancel"> {
		const { ports } = await this.#ready();
		return this.#decide("cancellation", id, actor, (one) => cancel(one, actor, ports));
	}

	async restore(id: string, actor: Actor, waitMs: number): Answer<"restore"> {
		const { ports } = await this.#ready();
		const begun = await this.#decide("restoration", id, actor, (one) => beginRestoration(one, actor, ports));
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

	async resolve(id: string, wish: ResolutionRequest, actor: Actor): Answer<"resolve"> {
		const { ports } = await this.#ready();
		// A look under way could settle the record at the same time, and so could one that starts now.
		const decide = () => this.#decide("resolution", id, actor, (one) => resolve(one, wish, actor, ports));
		const resolved = await this.#work.alone(id, decide);
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
		return this.#accountList(query, this.#wired().ports);
	}

	prefixes(): Answer<"prefixes"> {
		return listPrefixes(this.#wired().ports, this.#directory);
	}

	bindingsIn(prefixId: CloudflareId): Answer<"bindingsIn"> {
		return listPrefix(prefixId, this.#wired().ports, this.#directory);
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
		const destinations = wired?.notifier.destinations.facts() ?? null;
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

	override alarm(): Promise<void> {
		return goOff(this.#duties);
	}

	/** Decides about a record, wherever it is kept, and logs a refusal. */
	async #decide<Value, Failure extends { code: string }>(
		what: string,
		id: string,
		actor: Actor,
		decide: (record: Deletion | null) => Result<Value, Failure> | Promise<Result<Value, Failure>>,
	): Promise<Result<Value, Failure | HistoryUnreadable>> {
		const record = await this.#recorded(id);
		return record.ok ? logRefused(what, id, actor, await decide(record.value)) : logRefused(what, id, actor, record);
	}

	/** KV still has the old version of the record; the next reader should not get it. */
	async #publishSoon(id: string): Promise<void> {
		if (hasReadHistory(this.#sql)) await withinMs(publishWaitMs, this.#wired().outbox.send(id));
	}

	async #ready(): Promise<Wired> {
		const wired = this.#wired();
		await wired.recovery.ready();
		return wired;
	}

	/** Every call passes through here, so the next one restores a lost alarm. */
	#wired(): Wired {
		this.#alarm.heal();
		return this.#services.wired();
	}
}
