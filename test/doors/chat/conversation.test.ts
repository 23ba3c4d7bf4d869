// From a command to a card, from its button to the result, on every platform.
import { afterEach, describe, expect, test } from "vitest";
import { call, cloudflare, deletes } from "../../harness.ts";
import { beginAnew, cdn25, shop24, v6Spectrum64 } from "../account.ts";
import { inChannel, platformNames, press, say, sentLater } from "./people.ts";

afterEach(beginAnew);

describe.each(platformNames)("%s", (platform) => {
	test("shows the plan, deletes at a press, and tells the channel", async () => {
		const card = await say(platform, "203.0.113.128/25 INC-4211 drain");
		expect(card).toMatchObject({ for: "caller", replaces: false });
		expect(card.text).toContain("Delete 203.0.113.128/25?");
		expect(await deletes()).toEqual([]);

		const result = await press(platform, card, "Delete");
		expect(result).toMatchObject({ for: "caller", replaces: true });
		expect(result.text).toContain("Deleted 203.0.113.128/25");
		expect(await deletes()).toEqual([`DELETE bindings/${cdn25}`]);

		const [told, ...more] = await inChannel();
		expect(more).toEqual([]);
		const [row] = (await call("/deletions")).json.deletions;
		for (const part of ["Deleted 203.0.113.128/25", "alice", "INC-4211 drain", "CDN", `/records/${row.id}`])
			expect(told?.text).toContain(part);
		const record = (await call(`/deletions/${row.id}`)).json;
		expect(record).toMatchObject({ state: "deleted", reason: "INC-4211 drain", target: "203.0.113.128/25" });
		expect(record.actor).toMatchObject({ name: "alice", door: "chat", platform, user_name: "alice.example" });
	});
});
