// Events that are not about one record: the freeze, the watch's other findings, the credential, a test, and one message about
// many. Plain functions; ids are the same whenever they are made from the same facts.
import { plainId } from "../deletion/address/cloudflare-id.ts";
import type { Freeze } from "../deletion/judgement/freeze.ts";
import type { Party } from "../deletion/record/actor.ts";
import { at } from "../deletion/record/deletion.ts";
import { massDeletionId } from "../deletion/restorations/mass-deletion.ts";
import type { Lifetime } from "../watch/lifetime.ts";
import type { EventType, NotifyEvent } from "./event.ts";
import { namedInEventAtMost } from "./limits.ts";
import { listWords, oneLine } from "./summary.ts";

const eventOf = (
	id: string,
	type: EventType,
	atMs: number,
	summary: string,
	more: Partial<NotifyEvent> = {},
): NotifyEvent => ({
	id,
	type,
	at: at(atMs),
	summary: oneLine(summary),
	path: "/",
	deletion_id: null,
	change: null,
	cidr: null,
	actor: null,
	door: null,
	reason: null,
	data: {},
	...more,
});

/** @param seq the number of the freeze's entry in the log. */
export const frozen = ({ reason, by, until }: Freeze, seq: number, atMs: number): NotifyEvent =>
	eventOf(
		`freeze-${atMs}-${seq}-on`,
		"freeze.on",
		atMs,
		`${by.name} froze deletions${until === null ? "" : ` until ${until}`}: ${reason}`,
		{ path: "/account", actor: by.name, door: by.door, reason, data: { until } },
	);

/** @param before the freeze that was in force. */
export const lifted = (before: Freeze, by: Party, seq: number, atMs: number): NotifyEvent =>
	eventOf(`freeze-${atMs}-${seq}-off`, "freeze.off", atMs, `${by.name} lifted the freeze: ${before.reason}`, {
		path: "/account",
		actor: by.name,
		door: by.door,
		reason: before.reason,
		data: { until: before.until, ended_by: "lifted" },
	});

/** The freeze ended by itself. */
export const freezeEnded = ({ reason, by, until, since }: Freeze, atMs: number): NotifyEvent =>
	eventOf(
		`freeze-${Date.parse(since)}-${Date.parse(until ?? since)}-ended`,
		"freeze.off",
		atMs,
		`The freeze that ${by.name} set has ended: ${reason}`,
		{ path: "/account", actor: by.name, door: by.door, reason, data: { until, ended_by: "time" } },
	);

export const appeared = (lifetime: Lifetime): NotifyEvent =>
	found("watch.appeared", lifetime, `${bindingWords(lifetime)} appeared without unbind`, { opened: lifetime.opened });

export const changed = (before: Lifetime, after: Lifetime): NotifyEvent =>
	found("watch.changed", after, `${bindingWords(before)} changed without unbind: it is now ${bindingWords(after)}`, {
		cidr_before: before.cidr,
		service_name_before: before.serviceName,
	});

const found = (
	type: "watch.appeared" | "watch.changed",
	lifetime: Lifetime,
	summary: string,
	data: NotifyEvent["data"],
): NotifyEvent =>
	eventOf(
		`${plainId(lifetime.bindingId)}-${lifetime.firstSeenMs}-${type.replace(".", "-")}`,
		type,
		lifetime.firstSeenMs,
		summary,
		{
			path: "/account/changes",
			cidr: lifetime.cidr,
			door: "watch",
			data: {
				...data,
				binding_id: lifetime.bindingId,
				prefix_id: lifetime.prefixId,
				service_name: lifetime.serviceName,
			},
		},
	);

/** @param startMs when the first of its losses was missed. */
export const massId = (startMs: number): string => `mass-${startMs}-watch-mass_deletion`;

/** @param freezes whether unbind freezes deletions because of it. */
export const massDeletion = (
	startMs: number,
	losses: readonly Lifetime[],
	freezes: boolean,
	atMs: number,
): NotifyEvent => {
	const named = losses.map(({ cidr, bindingId }) => cidr ?? bindingId);
	const rest = freezes ? ". Deletions are frozen" : "";
	return eventOf(
		massId(startMs),
		"watch.mass_deletion",
		atMs,
		`${losses.length} bindings disappeared without unbind: ${listWords(named)}${rest}`,
		{
			path: `/account/lost/${massDeletionId(startMs)}`,
			door: "watch",
			data: {
				mass_deletion: massDeletionId(startMs),
				count: losses.length,
				since: at(startMs),
				bindings: named.slice(0, namedInEventAtMost),
				frozen: freezes,
			},
		},
	);
};

export const credentialRejected = (call: "read" | "write", atMs: number): NotifyEvent =>
	eventOf(
		`credential-${atMs}-${call}`,
		"credential.rejected",
		atMs,
		`Cloudflare rejects unbind's credential when it is used to ${call}. unbind can delete and restore nothing until you replace the credential`,
		{ data: { call } },
	);

/** @param unique tells tests apart; letters and digits. */
export const testEvent = (destination: string, by: Party, unique: string, atMs: number): NotifyEvent =>
	eventOf(`test-${unique}`, "test", atMs, `${by.name} sent this test to the destination ${destination}`, {
		path: "/account",
		actor: by.name,
		door: by.door,
		data: { destination },
	});

/** To go on after a number. */
const many: Partial<Record<EventType, string>> = {
	"deletion.deleted": "bindings were deleted",
	"deletion.already_gone": "bindings were already gone",
	"deletion.refused": "deletions were refused",
	"deletion.failed": "deletions failed",
	"deletion.cancelled": "deletions were cancelled",
	"deletion.unknown": "deletions have no confirmed outcome yet",
	"approval.requested": "deletions wait for approval",
	"approval.approved": "deletions were approved",
	"approval.rejected": "deletions were rejected",
	"approval.expired": "deletions were not approved in time",
	"restoration.restored": "bindings were restored",
	"restoration.failed": "bindings could not be restored",
	"restoration.active": "restored bindings are active",
	"watch.disappeared": "bindings disappeared without unbind",
	"watch.appeared": "bindings appeared without unbind",
	"watch.changed": "bindings changed without unbind",
	"freeze.on": "freezes were set",
	"freeze.off": "freezes were lifted",
	"credential.rejected": "rejections of unbind's credential by Cloudflare",
};

/** One message for people instead of many of one type. @param first among them. */
export const combinedEvent = (
	first: NotifyEvent,
	events: readonly NotifyEvent[],
	unique: string,
	atMs: number,
): NotifyEvent => {
	const named = events.map(({ cidr, deletion_id, reason, at }) => cidr ?? deletion_id ?? reason ?? at);
	const isAboutBindings = first.cidr !== null || first.deletion_id !== null;
	const actors = [...new Set(events.map(({ actor }) => actor))];
	return eventOf(
		`digest-${unique}`,
		first.type,
		atMs,
		`${events.length} ${many[first.type] ?? first.type}: ${listWords(named)}`,
		{
			actor: actors.length === 1 ? first.actor : null,
			door: first.door,
			data: { count: events.length, ...(isAboutBindings ? { bindings: named.slice(0, namedInEventAtMost) } : {}) },
		},
	);
};

const bindingWords = ({ cidr, bindingId, serviceName }: Lifetime): string =>
	serviceName === null ? (cidr ?? bindingId) : `${cidr ?? bindingId} (${serviceName})`;
