// Real settling times on the page, once the watch has seen restored bindings become active.
import { afterEach, beforeEach, expect, it } from "vitest";
import { call } from "../../harness.ts";
import { endClock, minuteMs, startClock } from "../../lifecycle/clock.ts";
import { deleted, others, restore } from "../../lifecycle/people.ts";
import { watch, watched } from "../../lifecycle/watching.ts";
import { prefixes } from "../account.ts";
import { readable, signedIn } from "./visitor.ts";

beforeEach(startClock);
afterEach(endClock);

const settle = () =>
	others(prefixes.amsterdam, (all) => all.map((one) => ({ ...one, provisioning: { state: "active" } })));

it("are on the record, for others that still settle, and on the account page", async () => {
	await watch();
	const id = await deleted("203.0.113.0/26");
	await restore(id);
	const { get } = await signedIn();
	const page = async (path: string) => readable((await get(path)).text);
	expect(await page(`/records/${id}`)).toContain("Settles within 6 hours. New binding:");
	expect(await page("/account")).not.toContain("become active");
	await watched(15);
	await settle();
	await watched(15);
	const { active_at, settled_at } = (await call(`/deletions/${id}`)).json.restoration;
	const minutes = (Date.parse(active_at) - Date.parse(settled_at)) / minuteMs;
	expect(minutes).toBeGreaterThan(15);
	const took = `${Math.round(minutes)} min`;
	expect(await page(`/records/${id}`)).toMatch(new RegExp(`Seen active at \\S+ \\S+ UTC , after ${took}\\.`));
	const sentence = `In the last 90 days, unbind saw 1 restored binding become active, after ${took}.`;
	expect(await page("/account")).toContain(sentence);
	const other = await deleted("203.0.113.64/26");
	await restore(other);
	expect(await page(`/records/${other}`)).toContain(`Settles within 6 hours. ${sentence} New binding:`);
});
