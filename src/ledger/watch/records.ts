// Writes down what the watch judged: as a record of a loss, as `active_at` on a restored record, as a mass deletion and its freeze,
// or as an event. Runs in the same transaction as the look.
import { advertisedIn, type BgpPrefix } from "../../deletion/address/bgp-prefix.ts";
import { parseCidr } from "../../deletion/address/cidr.ts";
import { plainId } from "../../deletion/address/cloudflare-id.ts";
import type { Freeze } from "../../deletion/judgement/freeze.ts";
import type { Ports } from "../../deletion/ports.ts";
import { deletedElsewhere } from "../../deletion/record/deleted-elsewhere.ts";
import { at, type BindingSnapshot } from "../../deletion/record/deletion.ts";
import { type BoundRange, type Effect, effectOf } from "../../deletion/record/effect.ts";
import { newRecordId } from "../../deletion/record/record-id.ts";
import { seenActive } from "../../deletion/record/restoration.ts";
import { log } from "../../log.ts";
import type { Announce } from "../../notify/event.ts";
import { appeared, changed, massDeletion, massId } from "../../notify/other-events.ts";
import { listWords } from "../../notify/summary.ts";
import { announcedOf } from "../../watch/announcement.ts";
import type { Finding } from "../../watch/judge.ts";
import type { Lifetime } from "../../watch/lifetime.ts";
import type { MassEvent, MassJudgement } from "../../watch/mass.ts";
import type { WatchedPrefix } from "../../watch/slots.ts";
import { freezeInForce, setFreeze } from "../freezes.ts";
import { readRecord } from "../tables.ts";
import { keepMassDeletion } from "./mass-deletions.ts";
import { noteSettled } from "./settling-times.ts";

export interface WatchAnnouncements {
	announce: Announce;
	/** @param massOf plain binding id → the mass deletion's id; the losses left out count towards none. */
	lossesJudged(massOf: ReadonlyMap<string, string>): void;
}

/** The watch, as the one who freezes. */
const watchParty: Freeze["by"] = { name: "unbind", door: "watch" };

export type WatchRecords = ReturnType<typeof createWatchRecords>;

/** @param freezes whether a mass deletion freezes deletions. */
export function createWatchRecords(
	sql: SqlStorage,
	{ accountId, journal, now, randomBytes }: Pick<Ports, "accountId" | "journal" | "now" | "randomBytes">,
	freezes: boolean,
	{ announce, lossesJudged }: WatchAnnouncements,
) {
	function keepLoss(lifetime: Lifetime, others: readonly Lifetime[], prefix: WatchedPrefix): void {
		const nowMs = now();
		const id = newRecordId(nowMs, randomBytes(16));
		const binding = snapshotOf(lifetime, accountId);
		const effect = effectOn(lifetime, others, announcedOf(prefix, nowMs));
		const loss = { id, binding, effect, lastSeenMs: lifetime.seenMs, noticedMs: nowMs };
		journal.storeSettled(deletedElsewhere(loss));
		log("warn", "binding_disappeared", { deletion_id: id, binding_id: binding.id, cidr: binding.cidr });
	}

	function keepActive({ bindingId, activeMs }: Lifetime): void {
		const query = "SELECT record FROM deletions WHERE restored_id = ? AND open = 0 AND progress IS NULL";
		for (const { record } of sql.exec<{ record: string }>(query, plainId(bindingId)).toArray()) {
			const before = readRecord(record);
			const after = seenActive(before, activeMs ?? now());
			if (after === before) continue;
			journal.storeSettled(after);
			noteSettled(sql, after);
		}
	}

	function keepMass({ startMs, freezes: isRecent }: MassEvent, losses: readonly Lifetime[]): void {
		const nowMs = now();
		log("error", "watch_mass_deletion", { bindings: losses.length, since: at(startMs) });
		// A freeze in force is neither shortened nor replaced.
		const froze = freezes && isRecent && freezeInForce(sql, nowMs) === null;
		keepMassDeletion(sql, { startMs, noticedMs: nowMs, froze }, losses);
		announce([massDeletion(startMs, losses, froze, nowMs)]);
		if (!froze) return;
		const named = listWords(losses.map(({ cidr, bindingId }) => cidr ?? bindingId));
		const reason = `${losses.length} bindings disappeared without unbind: ${named}.`;
		setFreeze(sql, { reason, by: watchParty, since: at(nowMs), until: null }, watchParty, nowMs, announce);
	}

	return {
		/** @param others what is left in the prefix. */
		keepFinding(finding: Finding, others: readonly Lifetime[], prefix: WatchedPrefix): void {
			switch (finding.kind) {
				case "disappeared":
					keepLoss(finding.lifetime, others, prefix);
					break;
				case "active":
					keepActive(finding.lifetime);
					break;
				case "appeared":
					// unbind created what it restored.
					if (finding.lifetime.opened !== "restored") announce([appeared(finding.lifetime)]);
					break;
				case "changed":
					announce([changed(finding.before, finding.after)]);
					break;
				case "implausible":
					log("warn", "watch_implausible", { why: finding.why, prefix_id: finding.prefixId });
			}
		},
		keepMasses({ events, lifetimes }: MassJudgement): void {
			for (const [startMs, losses] of Map.groupBy(lifetimes, ({ massMs }) => massMs)) {
				const event = events.find((one) => one.startMs === startMs);
				if (event !== undefined) keepMass(event, losses);
				// More losses turned out to belong to an earlier event.
				else keepMassDeletion(sql, { startMs, noticedMs: now(), froze: false }, losses);
			}
			lossesJudged(new Map(lifetimes.map(({ bindingId, massMs }) => [plainId(bindingId), massId(massMs)])));
		},
	};
}

const snapshotOf = (lifetime: Lifetime, accountId: string): BindingSnapshot => ({
	account_id: accountId,
	prefix_id: lifetime.prefixId,
	id: lifetime.bindingId,
	cidr: lifetime.cidr ?? "",
	service_id: lifetime.serviceId,
	service_name: lifetime.serviceName,
	provisioning: lifetime.provisioningState === null ? null : { state: lifetime.provisioningState },
});

/** What became of its traffic, by the bindings that are still there; null if its CIDR can't be read. */
function effectOn(
	lifetime: Lifetime,
	others: readonly Lifetime[],
	bgpPrefixes: readonly BgpPrefix[] | null,
): Effect | null {
	const gone = boundRange(lifetime);
	if (gone === null) return null;
	const bound = others.map(boundRange).filter((other) => other !== null);
	return { ...effectOf(gone, bound), advertised: advertisedIn(gone.range, bgpPrefixes) };
}

function boundRange({ bindingId, cidr, serviceName }: Lifetime): BoundRange | null {
	const range = parseCidr(cidr ?? "");
	return range.ok ? { id: bindingId, range: range.value, serviceName } : null;
}
