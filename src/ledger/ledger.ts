// The Durable Object: one per Cloudflare account, and the only write path. It connects the domain to its storage, to
// Cloudflare and to KV, and makes sure that work once begun is finished: by the request that began it, or by the alarm.

import { DurableObject } from "cloudflare:workers";
import { configOf, type Env } from "../config.ts";
import type { CloudflareId } from "../deletion/address/cloudflare-id.ts";
import { presentBudget } from "../deletion/judgement/assess.ts";
import type { Freeze } from "../deletion/judgement/freeze.ts";
import { type PlanQuery, plan } from "../deletion/judgement/plan.ts";
import type { BindingsQuery, ChangesQuery, LedgerApi } from "../deletion/ledger-api.ts";
import { listPrefix, listPrefixes } from "../deletion/lookup/list.ts";
import { shownTo } from "../deletion/lookup/visible.ts";
import type { PastQuery } from "../deletion/past.ts";
import type { Actor, Party } from "../deletion/record/actor.ts";
import { type Deletion, isOpen } from "../deletion/record/deletion.ts";
import type { RestorationsCommand } from "../deletion/restorations/restorations.ts";
import { fail, ok } from "../deletion/result.ts";
import { beginRestoration } from "../deletion/steps/begin-restoration.ts";
import type { DeletionCommand } from "../deletion/steps/command.ts";
import { cancel, decideApproval } from "../deletion/steps/decisions.ts";
import type { Offer, Press } from "../deletion/steps/offer.ts";
import { receive } from "../deletion/steps/receive.ts";
import { type ResolutionRequest, resolve } from "../deletion/steps/resolution.ts";
import type { NotificationsQuery } from "../notify/delivery.ts";
import { withinMs } from "../within-ms.ts";
import { nextAlarmMs, runAlarm } from "./alarm.ts";
import { createAlarmClock } from "./alarm-clock.ts";
import { changes, overview } from "./changes.ts";
import { decideAbout } from "./decision.ts";
import { freezeInForce, freezeLog, hasReadHistory, scheduledIds, turnFreeze, waiting } from "./freezes.ts";
import { publishWaitMs } from "./limits.ts";
import { migrate } from "./migrations.ts";
import { sendAgain, sendTest } from "./notify/by-hand.ts";
import { announceFreezeEnd } from "./notify/freeze-end.ts";
import { keepOffer, takeOffer } from "./offers.ts";
import { createReadQueue } from "./read-queue.ts";
import { createServices, type Services } from "./services.ts";
import { createStatus } from "./status.ts";
import { readOrSetAside } from "./tables.ts";
import { massDeletions } from "./watch/mass-deletions.ts";
import { past } from "./watch/past.ts";

type Answer<Method extends keyof LedgerApi> = ReturnType<LedgerApi[Method]>;

export class Ledger extends DurableObject<Env> implements LedgerApi {
	readonly #sql = this.ctx.storage.sql;
	readonly #alarm = createAlarmClock(this.ctx.storage, () =>
		nextAlarmMs(this.#sql, this.#made, configOf(this.env).ok, Date.now()),
	);
	readonly #reads = createReadQueue();
	readonly #status = createStatus(this.#sql, () => configOf(this.env));
	/** null until something needs them: the settings may be faulty. */
	#made: Services | null = null;

	constructor(ctx: DurableObjectState, env: Env) {
		super(ctx, env);
		migrate(ctx.storage);
		ctx.blockConcurrencyWhile(() => this.#alarm.start());
	}

	async request(command: DeletionCommand, waitMs: number): Answer<"request"> {
		const { ports, journal, work, faults } = await this.#ready();
		// Not reported as a freeze: a refusal would bind the caller's key. With the same settings, the doors answer the same.
		const fault = faults.onAll();
		if (fault !== null) return fail({ code: "misconfigured", detail: fault.reason });
		const received = receive(command, ports);
		// The refusal names the record that holds the key.
		if (!received.ok) journal.markIdGiven(received.failure.deletion_id);
		if (!received.ok) return received;
		const { deletion, replayed } = received.value;
		if (!isOpen(deletion)) return ok({ deletion: shownTo(command.actor, deletion), replayed });
		const present = await work.waitForOutcome(deletion, waitMs);
		// The caller gets this id before we know whether another record will answer for it.
		if (present.state === "received" || command.deletionId !== undefined) journal.markIdGiven(deletion.id);
		const isAnothers = received.value.joined === true || present.id !== deletion.id;
		const joined = isAnothers && !replayed && present.failure === null;
		return ok({ deletion: shownTo(command.actor, present), replayed, joined, budget: presentBudget(ports) });
	}

	async decide(id: string, wish: "approve" | "reject", actor: Actor, waitMs: number): Answer<"decide"> {
		const { ports, work, find } = await this.#ready();
		const decide = (record: Deletion | null) => decideApproval(record, wish, actor, ports);
		const decided = await decideAbout("approval", id, actor, find, decide);
		return decided.ok ? ok(await work.waitForOutcome(decided.value, waitMs)) : decided;
	}

	async cancel(id: string, actor: Actor): Answer<"cancel"> {
		const { ports, find } = await this.#ready();
		return decideAbout("cancellation", id, actor, find, (record) => cancel(record, actor, ports));
	}

	async restore(id: string, actor: Actor, waitMs: number): Answer<"restore"> {
		const { ports, work, find } = await this.#ready();
		const begin = (record: Deletion | null) => beginRestoration(record, actor, ports);
		const begun = await decideAbout("restoration", id, actor, find, begin);
		if (!begun.ok) return begun;
		const restored = await work.waitForOutcome(begun.value, waitMs);
		await this.#publishSoon(id);
		return ok(restored);
	}

	async restoreMany(command: RestorationsCommand): Answer<"restoreMany"> {
		return (await this.#ready()).restoring.receive(command);
	}

	async restorations(id: string): Answer<"restorations"> {
		return (await this.#ready()).restoring.show(id);
	}

	async massDeletions(): Answer<"massDeletions"> {
		await this.#ready();
		return massDeletions(this.#sql, Date.now());
	}

	async resolve(id: string, wish: ResolutionRequest, actor: Actor): Answer<"resolve"> {
		const { ports, work, find } = await this.#ready();
		const decide = (record: Deletion | null) => resolve(record, wish, actor, ports);
		// A look under way could settle the record at the same time, and so could one that starts now.
		const resolved = await work.alone(id, () => decideAbout("resolution", id, actor, find, decide));
		await this.#publishSoon(id);
		return resolved;
	}

	async freezes(): Answer<"freezes"> {
		await this.#ready();
		const nowMs = Date.now();
		return { freeze: freezeInForce(this.#sql, nowMs), waiting: waiting(this.#sql, nowMs), log: freezeLog(this.#sql) };
	}

	async setFreeze(freeze: Freeze | null, by: Party | Actor): Answer<"setFreeze"> {
		const { notifier, work } = await this.#ready();
		announceFreezeEnd(this.#sql, notifier.announce, Date.now());
		const turned = turnFreeze(this.#sql, freeze, by, Date.now(), notifier.announce);
		if (!turned.ok) return turned;
		this.#alarm.wakeBy(Date.now() + 1000);
		if (freeze === null) for (const id of scheduledIds(this.#sql)) this.ctx.waitUntil(work.advance(id));
		return turned;
	}

	async plan(query: PlanQuery): Answer<"plan"> {
		const { ports, directory } = await this.#ready();
		return plan(query, ports, directory);
	}

	bindings(query: BindingsQuery): Answer<"bindings"> {
		const { ports, listAccount } = this.#services();
		return listAccount(query, ports);
	}

	prefixes(): Answer<"prefixes"> {
		const { ports, directory } = this.#services();
		return listPrefixes(ports, directory);
	}

	bindingsIn(prefixId: CloudflareId): Answer<"bindingsIn"> {
		const { ports, directory } = this.#services();
		return listPrefix(prefixId, ports, directory);
	}

	async record(id: string): Answer<"record"> {
		const { journal } = this.#services();
		return readOrSetAside(this.#sql, id, () => journal.get(id));
	}

	async changes(query: ChangesQuery): Answer<"changes"> {
		const { journal } = this.#services();
		const read = () => changes(this.#sql, journal.version(), query, Date.now());
		return this.#reads.inTurn(query, journal.version(), read);
	}

	async overview(query: ChangesQuery, sinceDay: string): Answer<"overview"> {
		const { journal } = await this.#ready();
		const read = () => overview(this.#sql, journal.version(), query, sinceDay, Date.now());
		return this.#reads.inTurn(query, journal.version(), read);
	}

	async past(query: PastQuery): Answer<"past"> {
		const { journal, watch } = this.#services();
		const read = () => past(this.#sql, query, watch.known());
		return this.#reads.inTurn(query, journal.version(), read);
	}

	async offer(offer: Offer): Answer<"offer"> {
		return keepOffer(this.#sql, offer, Date.now());
	}

	async press(press: Press): Answer<"press"> {
		return takeOffer(this.#sql, press, Date.now());
	}

	async notifications(query: NotificationsQuery): Answer<"notifications"> {
		const { journal, notifier } = this.#services();
		return this.#reads.inTurn(query, journal.version(), () => notifier.list(query));
	}

	async redeliver(id: string, actor: Actor): Answer<"redeliver"> {
		return sendAgain((await this.#ready()).notifier, id, actor, Date.now());
	}

	async sendTest(destination: string, actor: Actor): Answer<"sendTest"> {
		const { notifier } = await this.#ready();
		return sendTest(notifier, destination, actor, crypto.randomUUID().replaceAll("-", ""), Date.now());
	}

	async health(): Answer<"health"> {
		return this.#status.health(this.#awake()?.addressing.callsLeft() ?? null, Date.now());
	}

	async status(): Answer<"status"> {
		const services = this.#awake();
		const known = {
			callsLeft: services?.addressing.callsLeft() ?? null,
			watch: services?.watch.facts() ?? null,
			destinations: services?.notifier.destinations.facts() ?? null,
			nextAlarmMs: this.#alarm.atMs(),
		};
		return this.#status.status(known, Date.now());
	}

	/** A probe starts the watch of an object that nobody else calls. null if the settings or the storage fail: the facts say so. */
	#awake(): Services | null {
		try {
			return this.#services();
		} catch {
			return null;
		}
	}

	override alarm(): Promise<void> {
		return runAlarm(
			this.#sql,
			this.#alarm,
			() => this.#ready(),
			(doing) => this.ctx.waitUntil(doing),
		);
	}

	/** KV still has the old version of the record; the next reader should not get it. */
	async #publishSoon(id: string): Promise<void> {
		if (hasReadHistory(this.#sql)) await withinMs(publishWaitMs, this.#services().outbox.send(id));
	}

	async #ready(): Promise<Services> {
		const services = this.#services();
		await services.recovery.ready();
		return services;
	}

	/** Every call passes through here, so the next one restores a lost alarm. */
	#services(): Services {
		this.#alarm.heal();
		this.#made ??= createServices(this.ctx, this.env, (atMs) => this.#alarm.wakeBy(atMs));
		return this.#made;
	}
}
