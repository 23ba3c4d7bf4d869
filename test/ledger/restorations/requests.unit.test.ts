// On whose authority many restorations go on, and when they are given up.
import { describe, expect, it } from "vitest";
import { restoringPatienceMs } from "../../../src/deletion/limits.ts";
import { fault } from "../../deletion/world.ts";
import { bindingsOf, callsOf, lost, manyPrefixes, restorer } from "./many.ts";

const hourMs = 3_600_000;

describe("authority", () => {
	it("is read again when the work goes on: who lost the scope restores nothing more", async () => {
		const many = lost(manyPrefixes(1));
		const { id: requestId } = many.request();
		many.world.actors.set(restorer.name, { ...restorer, scopes: ["read"] });
		many.restart();
		await many.alarm();
		expect(many.show(requestId)).toMatchObject({ state: "done", counts: { refused: 4 } });
		expect(many.show(requestId).deletions[0]).toMatchObject({ code: "scope_missing" });
		expect(many.world.calls).toEqual([]);
	});

	it("is waited for while a faulty configuration does not tell it", async () => {
		let isUncertain = true;
		const many = lost(manyPrefixes(1), { isUncertain: () => isUncertain });
		const { id: requestId } = many.request();
		many.restart();
		await many.alarm();
		expect([many.show(requestId).counts.waiting, many.world.calls]).toEqual([4, []]);
		isUncertain = false;
		await many.live(requestId);
		expect(many.show(requestId).counts.restored).toBe(4);
	});

	it("is limited by the ranges of that time", async () => {
		const many = lost(manyPrefixes(2));
		const { id: requestId } = many.request();
		many.world.actors.set(restorer.name, { ...restorer, ranges: ["10.1.0.0/16"] });
		many.world.clock.nowMs += hourMs;
		await many.live(requestId);
		expect(many.show(requestId).counts).toMatchObject({ restored: 4, refused: 4 });
		expect(bindingsOf(many).every((one) => one.startsWith("10.1."))).toBe(true);
	});
});

describe("a request that cannot begin", () => {
	it("fails after a day, with nothing sent", async () => {
		const many = lost(manyPrefixes(1));
		many.world.misbehave = () => fault.unclear;
		const { id: requestId } = many.request();
		many.world.clock.nowMs += restoringPatienceMs;
		await many.live(requestId);
		expect(many.show(requestId).counts.failed).toBe(4);
		expect(many.show(requestId).deletions[0]?.code).toBe("cloudflare_unavailable");
		expect(callsOf(many, "create")).toEqual([]);
	});
});
