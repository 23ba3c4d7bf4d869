// The requests in docs/, in the order of each page.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sandboxDestinations } from "../../sandbox/receivers/settings.ts";
import { buildWorker } from "../../sandbox/wrangler.ts";
import { examplesIn, testExamples } from "./examples.ts";
import { pages } from "./pages.ts";

const docs = pages.filter(({ path }) => path !== "README.md");

let bundlePath: string;
beforeAll(async () => {
	bundlePath = await mkdtemp(join(tmpdir(), "unbind-bundle-"));
	await buildWorker(bundlePath);
});
afterAll(() => rm(bundlePath, { recursive: true, force: true }));

it("examples are in the pages that need them", () => {
	const counts = Object.fromEntries(docs.map((page) => [page.path, examplesIn(page).length]));
	expect(counts["docs/api.md"]).toBeGreaterThan(10);
	for (const name of ["webhooks", "chat", "operating", "sandbox"]) expect(counts[`docs/${name}.md`]).toBeGreaterThan(0);
});

/** The sandbox's own page is about what `npm start` runs. */
const bindingsFor = (path: string) =>
	path === "docs/sandbox.md" ? { ...sandboxDestinations, PUBLIC_URL: "http://localhost:8787" } : {};

for (const page of docs.filter((one) => examplesIn(one).length > 0))
	testExamples(page, { bundlePath: () => bundlePath, sandbox: { bindings: bindingsFor(page.path) } });
