// The region in which a change settles: when it begins, when it ends, and what ends it early.
import { describe, expect, it } from "vitest";
import { createGrafana } from "../../../sandbox/receivers/grafana.ts";
import { kinds } from "../../../src/adapters/notify/kinds.ts";
import type { Message } from "../../../src/notify/destination.ts";
import { attemptMs, deletedAt, destinations, messageOf, sentAt } from "./messages.ts";

const hourMs = 3_600_000;

/** Sends the messages one after the other; what Grafana called an annotation is known to the ones after it. */
async function annotationsOf(...messages: Message[]) {
	const grafana = createGrafana();
	let externalId: string | null = null;
	for (const message of messages) {
		const outgoing = await kinds.grafana.compose({ ...message, externalId }, destinations.grafana);
		if (outgoing === null) continue;
		const { method, url, headers, body } = outgoing;
		const arrived = { method, url: new URL(url), headers: new Headers(headers), body, nowMs: attemptMs };
		const { status, text, problem } = await grafana.receive(arrived);
		expect(problem).toBeNull();
		const answered = kinds.grafana.answered(status, new Headers(), text);
		externalId = (answered.kind === "delivered" ? answered.externalId : null) ?? externalId;
	}
	return [...grafana.annotations.values()];
}

describe("grafana", () => {
	it("marks six hours from the DELETE", async () => {
		const [region, ...others] = await annotationsOf(messageOf("deletion.deleted"));
		expect(others).toEqual([]);
		expect(region).toMatchObject({ time: Date.parse(sentAt), timeEnd: Date.parse(sentAt) + 6 * hourMs });
		expect(region?.tags).toEqual(["unbind", "deletion.deleted", "203.0.113.128/25", "by:alice"]);
	});

	it("ends a restoration's region when the binding is active", async () => {
		const [, restored, ...others] = await annotationsOf(
			messageOf("deletion.deleted"),
			messageOf("restoration.restored"),
			messageOf("restoration.active"),
		);
		expect(others).toEqual([]);
		expect(restored).toMatchObject({
			time: Date.parse("2026-02-20T18:10:01.000Z"),
			timeEnd: Date.parse("2026-02-20T19:20:00.000Z"),
		});
	});

	it("ends the deletion's own region if that is all it knows", async () => {
		const regions = await annotationsOf(messageOf("deletion.deleted"), messageOf("restoration.active"));
		expect(regions).toMatchObject([{ time: Date.parse(sentAt), timeEnd: Date.parse("2026-02-20T19:20:00.000Z") }]);
	});

	it("shows an active restoration that it had not heard of", async () => {
		const regions = await annotationsOf(messageOf("restoration.active"));
		expect(regions).toMatchObject([
			{ time: Date.parse("2026-02-20T18:10:01.000Z"), timeEnd: Date.parse("2026-02-20T19:20:00.000Z") },
		]);
	});

	it("has one region for a deletion that was unclear at first", async () => {
		const regions = await annotationsOf(messageOf("deletion.unknown"), messageOf("deletion.deleted"));
		expect(regions).toMatchObject([{ tags: ["unbind", "deletion.deleted", "203.0.113.128/25", "by:alice"] }]);
	});

	it("ends the region of a deletion that failed after all", async () => {
		const regions = await annotationsOf(messageOf("deletion.unknown"), messageOf("deletion.failed"));
		expect(regions).toMatchObject([
			{ timeEnd: Date.parse(deletedAt), tags: ["unbind", "deletion.failed", "203.0.113.128/25", "by:alice"] },
		]);
	});

	it("marks a moment for a freeze", async () => {
		const [moment] = await annotationsOf(messageOf("freeze.on"));
		expect(moment).toMatchObject({ time: Date.parse(deletedAt) });
		expect(moment?.timeEnd).toBeUndefined();
	});

	it("is found below a path too", async () => {
		const below = { ...destinations.grafana, url: "https://example.com/grafana/" };
		const outgoing = await kinds.grafana.compose(messageOf("deletion.deleted"), below);
		expect(outgoing).toMatchObject({ url: "https://example.com/grafana/api/annotations", method: "POST" });
	});
});
