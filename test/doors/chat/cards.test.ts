// Each card as its users see it, saved in cards/<platform>.txt for a reader to judge.
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Shown } from "../../../sandbox/chat/platform.ts";
import { call, cloudflare } from "../../harness.ts";
import { endClock, minuteMs, pass, startClock } from "../../lifecycle/clock.ts";
import { others } from "../../lifecycle/people.ts";
import { cdn25, prefixes } from "../account.ts";
import { inChannel, platformNames, press, say } from "./people.ts";

beforeEach(startClock);
afterEach(endClock);

const settled = (text: string): string =>
	text.replace(/\b7[0-9a-hjkmnp-tv-z]{25}\b/g, "7zz…").replace(/\bray [0-9a-f]{16}-AMS\b/g, "ray …-AMS");

it.each(platformNames)("in %s", async (platform) => {
	const kept: string[] = [];
	const keep = <One extends Shown>(what: string, one: One): One => {
		const seen =
			one.for === "channel" ? "in the channel" : one.replaces ? "in its place, for the caller" : "for the caller";
		// A record's place in the history is its time.
		pass(1000);
		kept.push(`── ${what} (${seen})`, settled(one.text), "");
		return one;
	};

	keep("/unbind help", await say(platform, "help"));
	if (platform !== "discord") keep("/unbind hisotry", await say(platform, "hisotry"));
	keep("/unbind 203.0.113.130/25", await say(platform, "203.0.113.130/25"));
	keep("/unbind show 42", await say(platform, "show 42"));
	keep("/unbind 203.0.113.0/25", await say(platform, "203.0.113.0/25"));
	keep("/unbind history, of nothing", await say(platform, "history"));

	const plan = keep("/unbind 203.0.113.128/25 INC-4211 drain", await say(platform, "203.0.113.128/25 INC-4211 drain"));
	keep("the same, by one who may only look", await say(platform, "203.0.113.128/25 INC-4211 drain", "bob"));
	keep("by one who is not known", await say(platform, "203.0.113.128/25", "mallory"));
	keep("another's Delete", await press(platform, plan, "Delete", "bob"));
	keep("Delete", await press(platform, plan, "Delete"));
	keep("what the channel sees of it", (await inChannel(1))[0] ?? plan);
	keep("Delete, once more", await press(platform, plan, "Delete"));

	const late = await say(platform, "203.0.113.0/26 INC-4212");
	keep("Cancel", await press(platform, await say(platform, "203.0.113.0/26 INC-4212"), "Cancel"));
	const changed = await say(platform, "203.0.113.0/26 INC-4212");
	await others(prefixes.amsterdam, (all) => all.map((one) => ({ ...one, provisioning: { state: "provisioning" } })));
	keep("Delete, of what has changed", await press(platform, changed, "Delete"));
	pass(5 * minuteMs);
	keep("Delete, after five minutes", await press(platform, late, "Delete"));

	const risky = keep("/unbind 2001:db8:100:1::/64", await say(platform, "2001:db8:100:1::/64"));
	await cloudflare.order({
		method: "DELETE",
		fault: { kind: "reject", status: 400, errors: [{ code: 1011, message: "binding is *locked*" }] },
	});
	keep("Delete, and Cloudflare says no", await press(platform, risky, "Delete"));
	keep("/unbind 2001:db8:100:2::/64", await say(platform, "2001:db8:100:2::/64"));

	const lonely = keep("/unbind 198.51.100.0/24 INC-4213", await say(platform, "198.51.100.0/24 INC-4213"));
	keep("Ask for approval", await press(platform, lonely, "Ask for approval"));
	const asked = keep("what the channel sees of it", (await inChannel(3))[2] ?? lonely);
	keep("Approve, by the one who asked", await press(platform, asked, "Approve"));
	keep("Approve, by another", await press(platform, asked, "Approve", "bob"));
	keep("Reject, after that", await press(platform, asked, "Reject", "bob"));

	keep("/unbind history", await say(platform, "history"));
	const [first] = (await call(`/deletions?binding=${cdn25}`)).json.deletions;
	const shown = keep("/unbind show 7zz…", await say(platform, `show ${first.id}`));
	keep("Restore", await press(platform, shown, "Restore"));
	keep("/unbind freeze INC-4214", await say(platform, "freeze INC-4214"));
	keep("/unbind 203.0.113.0/24", await say(platform, "203.0.113.0/24"));
	keep("/unbind unfreeze", await say(platform, "unfreeze"));

	await expect(kept.join("\n")).toMatchFileSnapshot(`cards/${platform}.txt`);
});
