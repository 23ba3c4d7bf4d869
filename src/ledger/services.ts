// Everything that a Ledger works with, connected: the domain's ports, and what goes on behind them. The only place that knows
// who hears of what.
import { createAddressing } from "../adapters/cloudflare/addressing.ts";
import { createAuditLog } from "../adapters/cloudflare/audit-log.ts";
import { createCaller } from "../adapters/cloudflare/caller.ts";
import { publish, publishAlias } from "../adapters/history/publish.ts";
import { lastDeletionInKv } from "../adapters/history/record.ts";
import { kinds } from "../adapters/notify/kinds.ts";
import { post } from "../adapters/notify/post.ts";
import { authorityOf } from "../config/authority.ts";
import { configOf, type Env } from "../config.ts";
import { isCloudflareId } from "../deletion/address/cloudflare-id.ts";
import { createDirectory } from "../deletion/lookup/directory.ts";
import { createAccountList } from "../deletion/lookup/list.ts";
import type { Ports } from "../deletion/ports.ts";
import { log } from "../log.ts";
import { keptClaims } from "./claims.ts";
import { markOf, noteCredential } from "./credential.ts";
import { createFaults } from "./faults.ts";
import { findLastDeletion, findRecord } from "./find-record.ts";
import { hasReadHistory } from "./freezes.ts";
import { type CountedJournal, createJournal } from "./journal.ts";
import { firstLookMs } from "./limits.ts";
import { createMirrors } from "./mirrors.ts";
import { createNotifier } from "./notify/notifier.ts";
import { keepOffer } from "./offers.ts";
import { createOutbox } from "./outbox.ts";
import { createRecovery } from "./recovery.ts";
import { createRestoring } from "./restorations/restoring.ts";
import { getFlag, readableRecord, readOrSetAside, setFlag } from "./tables.ts";
import { createWatch } from "./watch/watch.ts";
import { createWork } from "./work.ts";

export type Services = ReturnType<typeof createServices>;

/**
 * Throws if the account, the credential or the tokens are faulty, or if the object is not named after its account.
 * @param onDue something is due at that time. Part of the same commit.
 */
export function createServices(
	{ id, storage }: Pick<DurableObjectState, "id" | "storage">,
	env: Env,
	onDue: (atMs: number) => void,
) {
	const read = configOf(env);
	if (!read.ok) throw new Error("misconfigured");
	const { value: config } = read;
	const { sql } = storage;
	const kv = env.HISTORY;
	const accountId = accountOf(id, sql);
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
		readRecord: (recordId) => readableRecord(sql, recordId, journal.get),
		keepOffer: (offer) => keepOffer(sql, offer, now()),
		onDue,
	});
	const { announce } = notifier;
	const journal: CountedJournal = createJournal(sql, {
		now,
		onDue,
		onChanged: notifier.recordChanged,
		onSettled(recordId) {
			watch.settled(recordId);
			work.settled(recordId);
			restoring.settled(recordId);
			if (hasReadHistory(sql)) outbox.sendSoon(recordId);
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
	const faults = createFaults(config, now);
	const ports: Ports = {
		accountId,
		policy: config.policy,
		authorityOf: (party) => authorityOf(party, config),
		freezeOn: faults.on,
		now,
		sleep,
		noRule: ({ deletionId, phase, event }) =>
			log("error", "careful_rule_missing", { deletion_id: deletionId, phase, what: event }),
		randomBytes,
		cloudflare: addressing,
		announced: (prefixId) => watch.announced(prefixId),
		journal: { ...journal, freeze: () => journal.freeze() ?? faults.onAll() },
		lastDeletion: (query) => findLastDeletion(sql, kv, query),
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

	const recovery = createRecovery(sql, kv, journal, announce, now);
	const directory = createDirectory(watch.inventory);
	const work = createWork(sql, ports, directory, recovery.upToDate);
	const find = (recordId: string) =>
		findRecord(recordId, (one) => readOrSetAside(sql, one, () => journal.get(one)), kv);
	const restoring = createRestoring(
		storage,
		{
			ports: () => ports,
			now,
			spareMs: addressing.spareMs,
			isUncertain: faults.isUncertain,
			leftIn: watch.leftIn,
			recorded: find,
			alone: work.alone,
		},
		onDue,
	);
	const mirrors = createMirrors(sql, kv, now);
	return {
		ports,
		addressing,
		journal,
		find,
		directory,
		listAccount: createAccountList(directory),
		work,
		restoring,
		watch,
		outbox,
		mirrors,
		notifier,
		recovery,
		faults,
	};
}

/** An object woken by an alarm does not always know its name. */
function accountOf({ name }: DurableObjectId, sql: SqlStorage) {
	const noted = getFlag(sql, "account");
	const accountId = name ?? noted ?? "";
	if (!isCloudflareId(accountId)) throw new Error("a Ledger must be named after its account");
	if (noted === null) setFlag(sql, "account", accountId);
	return accountId;
}
