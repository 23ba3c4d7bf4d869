import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { namedBy } from "../../src/deletion/record/deleted-elsewhere.ts";
import { type Deletion, isOpen, states } from "../../src/deletion/record/deletion.ts";
import { seenActive } from "../../src/deletion/record/restoration.ts";
import { eventTypes } from "../../src/notify/event.ts";
import { eventsOf } from "../../src/notify/events-of.ts";
import { alice, approvalIn, bob, failedWith, lost, noonMs, recordIn, restorationIn } from "./records.ts";

const change = { number: 7, at: "2030-01-01T12:00:00.000Z" };
const typesOf = (before: Deletion | null, after: Deletion) => eventsOf(before, after, change).map(({ type }) => type);
const summaryOf = (before: Deletion | null, after: Deletion) =>
	eventsOf(before, after, change).map(({ summary }) => summary);

const received = recordIn("received");
const pending = recordIn("pending_approval", approvalIn("pending"));
const deleting = recordIn("deleting");
const deleted = recordIn("deleted");
const restored = recordIn("restored", restorationIn("restored"));
const rejected = recordIn("refused", {
	...approvalIn("rejected", bob),
	...failedWith("approval_rejected", "bob rejected this deletion."),
});
const refused = recordIn("refused", failedWith("protected", "203.0.113.128/25 is protected."));

describe("a change of a record", () => {
	it.each<[string, Deletion | null, Deletion, string]>([
		["deleted", deleting, deleted, "alice deleted 203.0.113.128/25 (CDN): INC-4211 drain"],
		["deleted without a reason", deleting, { ...deleted, reason: null }, "alice deleted 203.0.113.128/25 (CDN)"],
		[
			"already gone",
			deleting,
			recordIn("already_gone"),
			"203.0.113.128/25 (CDN) was already gone when unbind went to delete it for alice: INC-4211 drain",
		],
		[
			"refused",
			received,
			refused,
			"unbind refused to delete 203.0.113.128/25 (CDN) for alice: 203.0.113.128/25 is protected.",
		],
		[
			"refused at once",
			null,
			refused,
			"unbind refused to delete 203.0.113.128/25 (CDN) for alice: 203.0.113.128/25 is protected.",
		],
		[
			"failed",
			deleting,
			recordIn("failed", failedWith("cloudflare_refused", "Cloudflare said no.")),
			"unbind could not delete 203.0.113.128/25 (CDN) for alice: Cloudflare said no.",
		],
		[
			"cancelled",
			recordIn("scheduled"),
			recordIn("cancelled", { timeline: [{ at: change.at, event: "cancelled", by: "bob" }] }),
			"bob cancelled the deletion of 203.0.113.128/25 (CDN) that alice requested: INC-4211 drain",
		],
		[
			"unknown",
			deleting,
			recordIn("unknown"),
			"Cloudflare has not confirmed whether 203.0.113.128/25 (CDN) is deleted. unbind keeps checking. alice requested the deletion: INC-4211 drain",
		],
		[
			"waiting for approval",
			received,
			pending,
			"alice asks to delete 203.0.113.128/25 (CDN): INC-4211 drain. Someone else must approve by 2030-01-01T13:00:00.000Z.",
		],
		[
			"approved",
			pending,
			recordIn("scheduled", approvalIn("approved", bob)),
			"bob approved the deletion of 203.0.113.128/25 (CDN) that alice requested: INC-4211 drain",
		],
		[
			"rejected",
			pending,
			rejected,
			"bob rejected the deletion of 203.0.113.128/25 (CDN) that alice requested: INC-4211 drain",
		],
		[
			"expired",
			pending,
			recordIn("expired", approvalIn("expired")),
			"Nobody approved the deletion of 203.0.113.128/25 (CDN) that alice requested: INC-4211 drain",
		],
		["restored", { ...deleted, ...restorationIn("restoring") }, restored, "bob restored 203.0.113.128/25 (CDN)"],
		[
			"found bound again",
			deleted,
			recordIn("restored", restorationIn("already_bound")),
			"203.0.113.128/25 (CDN) was already bound again when bob asked to restore it",
		],
		[
			"not restored",
			{ ...deleted, ...restorationIn("restoring") },
			{
				...deleted,
				...restorationIn("failed", { failure: { code: "binding_conflict", detail: "Another service is bound." } }),
			},
			"unbind could not restore 203.0.113.128/25 (CDN) for bob: Another service is bound.",
		],
		[
			"active",
			restored,
			seenActive(restored, noonMs),
			"The restored binding 203.0.113.128/25 (CDN) is active: traffic has settled",
		],
		[
			"lost",
			null,
			lost(),
			"203.0.113.128/25 (CDN) disappeared without unbind. It was last seen at 2030-01-01T11:59:00.000Z.",
		],
	])("is reported: %s", (_, before, after, summary) => expect(summaryOf(before, after)).toEqual([summary]));

	it.each<[string, Deletion | null, Deletion]>([
		["it was received", null, received],
		["it is scheduled", received, recordIn("scheduled")],
		["it is carried out", recordIn("scheduled"), deleting],
		["an unknown outcome is looked at again", recordIn("unknown"), recordIn("unknown")],
		["a restoration begins", deleted, { ...deleted, ...restorationIn("restoring") }],
		["an old record is restored", null, { ...deleted, ...restorationIn("restoring") }],
		["a restored record is restored again", restored, { ...deleted, ...restorationIn("restoring") }],
		[
			"a restoration is unclear",
			{ ...deleted, ...restorationIn("restoring") },
			{ ...deleted, ...restorationIn("unknown") },
		],
		["the audit log confirms it", deleted, { ...deleted, confirmed_by_audit_log: true }],
		[
			"the audit log names who did it",
			lost(),
			namedBy(lost(), { by: { name: "eve" }, how: "dashboard", token_name: null, ray: null }, noonMs),
		],
		["it is published", deleted, { ...deleted, timeline: [{ at: change.at, event: "published" }] }],
	])("is no news: %s", (_, before, after) => expect(typesOf(before, after)).toEqual([]));

	it("is two events if the restored binding is active immediately", () => {
		const active = recordIn("restored", restorationIn("restored", { active_at: change.at }));
		expect(typesOf(deleted, active)).toEqual(["restoration.restored", "restoration.active"]);
	});

	it("names the one who restores, and otherwise the one who asked", () => {
		const [event] = eventsOf(deleted, restored, change);
		expect(event).toMatchObject({ actor: "bob", door: "page" });
		expect(eventsOf(deleting, deleted, change)[0]).toMatchObject({
			id: `${deleted.id}-7-deletion-deleted`,
			actor: alice.name,
			door: "chat",
			reason: "INC-4211 drain",
			deletion_id: deleted.id,
			change: 7,
			path: `/records/${deleted.id}`,
			cidr: "203.0.113.128/25",
		});
	});
});

const anyRecord = fc.constantFrom(...states).chain((state) =>
	fc
		.record({
			restoration: fc.constantFrom(null, "restoring" as const, "restored" as const, "failed" as const),
			reason: fc.option(fc.string()),
		})
		.map(({ restoration, reason }) =>
			recordIn(state, { reason, ...(restoration === null ? {} : restorationIn(restoration)) }),
		),
);

describe("any change of a record", () => {
	it("has events with one-line summaries and ids of their own, about that record", () =>
		fc.assert(
			fc.property(fc.option(anyRecord), anyRecord, fc.nat(), (before, after, number) => {
				const events = eventsOf(before, after, { number, at: change.at });
				expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
				for (const event of events) {
					expect(event.id).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
					expect(eventTypes).toContain(event.type);
					expect(event.summary).toMatch(/^.{1,600}$/u);
					expect([event.deletion_id, event.change]).toEqual([after.id, number]);
				}
			}),
		));

	it("is no news if nothing changed, and never news about a settled deletion itself", () =>
		fc.assert(
			fc.property(anyRecord, anyRecord, (before, after) => {
				expect(typesOf(before, before)).toEqual([]);
				if (isOpen(before)) return;
				for (const type of typesOf(before, after)) expect(type).toMatch(/^restoration\./);
			}),
		));
});
