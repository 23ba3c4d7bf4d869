// Connects the domain's ports to SQLite, Cloudflare, KV and the clock.
import { type Addressing, createAddressing } from "../adapters/cloudflare/addressing.ts";
import { createAuditLog } from "../adapters/cloudflare/audit-log.ts";
import { createCaller } from "../adapters/cloudflare/caller.ts";
import { publish, publishAlias } from "../adapters/history/publish.ts";
import { lastDeletionInKv } from "../adapters/history/record.ts";
import { kinds } from "../adapters/notify/kinds.ts";
import { post } from "../adapters/notify/post.ts";
import { authorityOf, partBehind } from "../config/authority.ts";
import type { ConfigProblem } from "../config/problem.ts";
import type { Config, Env } from "../config.ts";
import type { CloudflareId } from "../deletion/address/cloudflare-id.ts";
import type { Freeze } from "../deletion/judgement/freeze.ts";
import type { Ports } from "../deletion/ports.ts";
import type { Party } from "../deletion/record/actor.ts";
import { at } from "../deletion/record/deletion.ts";
import { log, traceOf } from "../log.ts";
import { lastDeletion } from "./changes.ts";
import { keptClaims } from "./claims.ts";
import { markOf, noteCredential } from "./credential.ts";
import { ownParty } from "./freezes.ts";
import { type CountedJournal, createJournal, type JournalEvents } from "./journal.ts";
import { firstLookMs } from "./limits.ts";
import { createNotifier, type Notifier } from "./notify/notifier.ts";
import { keepOffer } from "./offers.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { createRecovery, type Recovery } from "./recovery.ts";
import { readableRecord } from "./tables.ts";
import { createWatch, type Watch } from "./watch/watch.ts";

export interface Wired {
	ports: Ports;
	journal: CountedJournal;
	outbox: Outbox;
	addressing: Addressing;
	recovery: Recovery;
	watch: Watch;
	notifier: Notifier;
	/** Whether a faulty configuration does not say what the actor may do. */
	isUncertain(party: Party): boolean;
	/** Why nothing can be deleted; usually null. */
	fault: Freeze | null;
}

/** @param accountId the object's own, not the configuration's: an alarm can outlive a change of the setting. */
export function wire(
	storage: Pick<DurableObjectStorage, "sql" | "transactionSync">,
	kv: Env["HISTORY"],
	accountId: CloudflareId,
	config: Config,
	{ onDue, onSettled }: Pick<JournalEvents, "onDue" | "onSettled">,
): Wired {
	const { sql } = storage;
	const now = () => Date.now();
	const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
	const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count));
	const notifier = createNotifier(sql, {
		settings: config.notify,
		chats: config.chats,
		kinds,
		post,
		now,
		random: Math.random,
		randomBytes,
		readRecord: (id) => readableRecord(sql, id, journal.get),
		keepOffer: (offer) => keepOffer(sql, offer, now()),
		onDue,
	});
	const { announce } = notifier;
	const journal: CountedJournal = createJournal(sql, {
		now,
		onDue,
		onChanged: notifier.recordChanged,
		onSettled(id) {
			watch.settled(id);
			onSettled(id);
		},
	});
	// Names the journal before its first change, so that a Ledger set back to an earlier time can be recognised.
	journal.version();
	const outbox = createOutbox(sql, {
		now,
		sleep,
		onDue,
		publish: (deletion, change) =>
			publish(kv, deletion, config.retentionDays, now(), journal.versionOf(change), keptClaims(sql, deletion.id)),
		publishAlias: (alias) => publishAlias(kv, alias, config.retentionDays, now()),
		onFailure: (id, failures, detail) => log("warn", "publishing_failed", { deletion_id: id, failures, detail }),
	});
	outbox.afterStart();
	const mark = markOf(config.credential);
	const caller = createCaller({
		credential: config.credential,
		now,
		sleep,
		random: Math.random,
		onCredential: (call, rejected) => noteCredential(sql, mark, call, rejected, (event) => announce([event(now())])),
	});
	const addressing = createAddressing(accountId, caller);
	const faultFreeze = (problems: readonly ConfigProblem[]): Freeze | null => {
		if (problems.length === 0) return null;
		const settings = [...new Set(problems.map(({ plain }) => plain.setting))].join(", ");
		return { reason: `unbind is misconfigured: ${settings}.`, by: ownParty, since: at(now()), until: null };
	};
	// A faulty limit must not silently become the default: nothing is deleted until it is fixed.
	const limits = config.closing("deletions");
	const faultsBehind = (party: Party): readonly ConfigProblem[] => {
		const part = partBehind(party);
		return part === null ? [] : config.closing(part);
	};
	const ports: Ports = {
		accountId,
		policy: config.policy,
		authorityOf: (party) => authorityOf(party, config),
		freezeOn: (party) => faultFreeze([...limits, ...faultsBehind(party)]),
		now,
		sleep,
		noRule: ({ deletionId, phase, event }) =>
			log("error", "careful_rule_missing", { deletion_id: deletionId, phase, what: event }),
		randomBytes,
		cloudflare: addressing,
		announced: (prefixId) => watch.announced(prefixId),
		journal: { ...journal, freeze: () => journal.freeze() ?? faultFreeze(limits) },
		recollection: {
			async lastDeletion(query) {
				const recent = lastDeletion(sql, query);
				if (recent !== null) return recent;
				try {
					return await lastDeletionInKv(kv, query);
				} catch (error) {
					// Not essential: it only makes the answer more helpful.
					log("warn", "history_unreadable", traceOf(error));
					return null;
				}
			},
		},
	};
	const watch = createWatch(storage, ports, {
		...config.watch,
		retentionDays: config.retentionDays,
		auditLog: createAuditLog(accountId, caller),
		mark,
		async deletionInKv(bindingId) {
			const last = await lastDeletionInKv(kv, { bindingId });
			return last?.settled_at == null ? null : Date.parse(last.settled_at);
		},
		onDue,
		announcements: notifier,
	});
	const lookMs = watch.nextMs();
	if (lookMs !== null) onDue(Math.max(lookMs, now() + firstLookMs));
	return {
		ports,
		journal,
		outbox,
		addressing,
		recovery: createRecovery(sql, kv, journal, announce, now),
		watch,
		notifier,
		isUncertain: (party) => faultsBehind(party).length > 0,
		fault: faultFreeze(limits),
	};
}
