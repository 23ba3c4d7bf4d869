// A binding that disappeared without unbind, in chat.
import { afterEach, beforeEach, expect, it } from "vitest";
import { endClock, startClock } from "../../lifecycle/clock.ts";
import { byMallory, disappeared } from "../../lifecycle/noticed.ts";
import { record } from "../../lifecycle/people.ts";
import { platformNames, press, say } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

it.each(platformNames)("is in the history of %s, can be shown there, and be restored", async (platform) => {
	const { id } = await disappeared(byMallory);
	const history = await say(platform, "history");
	expect(history.text).toContain("203.0.113.128/25 deleted elsewhere");
	expect(history.text).toContain("by mallory@example.com");
	const shown = await say(platform, `show ${id}`);
	expect(shown.text).toContain("203.0.113.128/25 disappeared without unbind");
	expect(shown.text).toContain(
		"It was last seen at 2030-01-01 11:50 UTC. unbind noticed the loss at 2030-01-01 12:00 UTC.",
	);
	expect(shown.text).toContain("mallory@example.com, in the dashboard");
	expect(shown.text).not.toContain("no reason given");
	await press(platform, shown, "Restore");
	expect((await record(id)).state).toBe("restored");
});
