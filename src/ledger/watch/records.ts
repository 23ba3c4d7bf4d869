// What the watch sees is written down: as a record, as a freeze, or as `active_at` on a restored record. Called in the transaction of the look that shows it.
import { advertisedIn, type BgpPrefix } from "../../deletion/address/bgp-prefix.ts";
import { parseCidr } from "../../deletion/address/cidr.ts";
import { plainId } from "../../deletion/address/cloudflare-id.ts";
import type { Freeze } from "../../deletion/judgement/freeze.ts";
import type { Ports } from "../../deletion/ports.ts";
import { deletedElsewhere } from "../../deletion/record/deleted-elsewhere.ts";
import { at, type BindingSnapshot } from "../../deletion/record/deletion.ts";
import { type BoundRange, type Effect, effectOf } from "../../deletion/record/effect.ts";
import { newRecordId } from "../../deletion/record/record-id.ts";
import { seenActive } from "../../deletion/record/seen-active.ts";
import { log } from "../../log.ts";
import type { NotifyEvent } from "../../notify/event.ts";
import { appeared, changed, massDeletion, massId } from "../../notify/other-events.ts";
import { announcedOf } from "../../watch/announcement.ts";
import type { Lifetime } from "../../watch/inventory.ts";
import { freezeInForce, setFreeze } from "../freezes.ts";
import { readRecord } from "../tables.ts";
import { keepMassDeletion } from "./mass-deletions.ts";
import type { WatchEvents } from "./memory.ts";
import { noteSettled } from "./settling.ts";

type Needs = Pick<Ports, "accountId" | "journal" | "now" | "randomBytes">;

export interface WatchAnnouncements {
	announce(events: readonly NotifyEvent[]): void;
	/** @param massOf plain binding id → the mass event's id; the losses left out count towards none. */
	lossesJudged(massOf: ReadonlyMap<string, string>): void;
}

/** The watch, as the one who freezes. */
const watchParty: Freeze["by"] = { name: "unbind", door: "watch" };
const freezeReasonListsAtMost = 3;

/** @param freezes whether a mass event freezes deletions. */
export function createWatchRecords(
	sql: SqlStorage,
	{ accountId, journal, now, randomBytes }: Needs,
	freezes: boolean,
	{ announce, lossesJudged }: WatchAnnouncements,
): WatchEvents {
	return {
		onLoss(lifetime, others, prefix) {
			const nowMs = now();
			const id = newRecordId(nowMs, randomBytes(16));
			const binding = snapshotOf(lifetime, accountId);
			const effect = effectOn(lifetime, others, announcedOf(prefix, nowMs));
			const loss = { id, binding, effect, lastSeenMs: lifetime.seenMs, noticedMs: nowMs };
			journal.storeSettled(deletedElsewhere(loss));
			log("warn", "binding_disappeared", { deletion_id: id, binding_id: binding.id, cidr: binding.cidr });
		},
		onActive({ bindingId, activeMs }) {
			const query = "SELECT record FROM deletions WHERE restored_id = ? AND open = 0 AND progress IS NULL";
			for (const { record } of sql.exec<{ record: string }>(query, plainId(bindingId)).toArray()) {
				const before = readRecord(record);
				const after = seenActive(before, activeMs ?? now());
				if (after === before) continue;
				journal.storeSettled(after);
				noteSettled(sql, after);
			}
		},
		onMass({ startMs, freezes: isRecent }, losses) {
			const nowMs = now();
			const cidrs = losses.map(({ cidr, bindingId }) => cidr ?? bindingId);
			log("error", "watch_mass_deletion", { bindings: losses.length, since: at(startMs) });
			// A freeze in force is neither shortened nor replaced.
			const froze = freezes && isRecent && freezeInForce(sql, nowMs) === null;
			keepMassDeletion(sql, { startMs, noticedMs: nowMs, froze }, losses);
			announce([massDeletion(startMs, losses, froze, nowMs)]);
			if (!froze) return;
			const more = cidrs.length - freezeReasonListsAtMost;
			const named = cidrs.slice(0, freezeReasonListsAtMost).join(", ") + (more > 0 ? ` and ${more} more` : "");
			const reason = `${losses.length} bindings disappeared without unbind: ${named}.`;
			setFreeze(sql, { reason, by: watchParty, since: at(nowMs), until: null }, watchParty, nowMs, announce);
		},
		onAppeared(lifetime) {
			// unbind created it.
			if (lifetime.opened !== "restored") announce([appeared(lifetime)]);
		},
		onChanged: (before, after) => announce([changed(before, after)]),
		onJudged(counted) {
			const massOf = counted.map(({ bindingId, massMs }): [string, string] => [
				plainId(bindingId),
				massId(massMs ?? 0),
			]);
			lossesJudged(new Map(massOf));
		},
		onMassGrown: (startMs, losses) => keepMassDeletion(sql, { startMs, noticedMs: now(), froze: false }, losses),
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
