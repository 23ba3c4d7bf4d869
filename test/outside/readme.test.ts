// The README's requests, in its order. The watch is on, and Cloudflare's lists may lag two minutes, so a loss takes a little
// longer than that to be believed.
import { expect, it } from "vitest";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { examplesIn, testExamples } from "./examples.ts";
import { pageAt } from "./pages.ts";

const readme = pageAt("README.md");

it("shows each main step once", () => expect(examplesIn(readme)).toHaveLength(8));

/** People read slowly enough for the watch's first look to come first. */
async function hasLooked({ url }: Sandbox): Promise<void> {
	const look = async () => {
		const answer = await fetch(`${url}/status`, { headers: { authorization: "Bearer unbind_sandbox" } });
		const status: { watch?: { looked_since?: string | null } } = await answer.json();
		return status.watch?.looked_since;
	};
	await expect.poll(look, { timeout: 60_000, interval: 500 }).toEqual(expect.any(String));
}

testExamples(readme, { sandbox: { bindings: { WATCH_MINUTES: 2 } }, prepare: hasLooked, timeoutMs: 300_000 });
