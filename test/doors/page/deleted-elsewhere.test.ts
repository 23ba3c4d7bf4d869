// A binding that disappeared without unbind, on the page.
import { afterEach, beforeEach, expect, it } from "vitest";
import { endClock, startClock } from "../../lifecycle/clock.ts";
import { byMallory, disappeared } from "../../lifecycle/noticed.ts";
import { record } from "../../lifecycle/people.ts";
import { readable, signedIn } from "./visitor.ts";

beforeEach(startClock);
afterEach(endClock);

it("says first that it disappeared, and when it was seen and missed", async () => {
	const { id } = await disappeared();
	const viewer = await signedIn();
	const text = readable((await viewer.get(`/records/${id}`)).text);
	expect(text).toMatch(
		/203\.0\.113\.128\/25 deleted elsewhere This binding disappeared without unbind\. It was last seen at 2030-01-01 11:50\S* UTC \. unbind noticed the loss at 2030-01-01 12:00\S* UTC \. Cloudflare's audit log may say who did it\./,
	);
	expect(text).toContain("Deleted by not known yet");
	expect(text).not.toContain("Requested by");
	expect(text).toContain("unbind noticed that the binding was gone. unbind did not delete it.");
});

it("says who did it, once that is known", async () => {
	const { id } = await disappeared(byMallory);
	const viewer = await signedIn();
	const text = readable((await viewer.get(`/records/${id}`)).text);
	for (const told of [
		"Cloudflare's audit log says who did it: mallory@example.com, in the dashboard.",
		"Deleted by mallory@example.com, in the dashboard",
		"Ray id 8f00aa11bb22cc33-AMS",
		"Cloudflare's audit log says who deleted it: mallory@example.com, in the dashboard, Ray id 8f00aa11bb22cc33-AMS.",
	])
		expect(text).toContain(told);
});

it("offers to restore it, and then no longer says that it is missing", async () => {
	const { id } = await disappeared();
	const viewer = await signedIn();
	const done = await viewer.submit(`/records/${id}`, `/records/${id}/restore`);
	expect([done.status, done.location]).toEqual([303, `/records/${id}`]);
	const { state, restoration } = await record(id);
	expect(state).toBe("restored");
	const text = readable((await viewer.get(`/records/${id}`)).text);
	expect(text).not.toContain("This binding disappeared without unbind");
	expect(text).toContain(`Restored as the new binding ${restoration?.binding_id}.`);
});

it("is in the list, its filters and the chart", async () => {
	const { id } = await disappeared(byMallory);
	const viewer = await signedIn();
	const { text } = await viewer.get("/?state=deleted_elsewhere&door=watch");
	expect(text).toContain(`href="/records/${id}"`);
	expect(text).toContain('data-state="deleted_elsewhere">deleted elsewhere<');
	expect(readable(text)).toContain("mallory@example.com watch");
	const front = readable((await viewer.get("/")).text);
	expect(front).toMatch(/Day deleted restored refused failed given up deleted elsewhere 2030-01-01 0 0 0 0 0 1 /);
	expect((await viewer.get("/export.csv?state=deleted_elsewhere")).text).toContain(id);
});
