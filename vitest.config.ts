// Three kinds of tests: of plain functions, in Node, where a file costs nothing to start; of all that has to do with the
// runtime, in workerd, inside the Worker; and those that come from outside: the sandbox, the official SDK, the scripts, and
// what can be read from the source.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { createImitation } from "./sandbox/imitation/imitation.ts";
import { createNodeOutbound } from "./sandbox/imitation/node-handler.ts";
import { sandboxBindings } from "./sandbox/settings.ts";

/** wrangler.toml, copied to where no .dev.vars lies beside it: nobody's real secrets get into a test. */
function configWithoutSecrets(): string {
	const path = "./.wrangler/vitest/wrangler.toml";
	const settings = readFileSync("wrangler.toml", "utf8");
	mkdirSync(".wrangler/vitest", { recursive: true });
	writeFileSync(path, settings.replace('"src/index.ts"', '"../../src/index.ts"').replace('"public"', '"../../public"'));
	return path;
}

/** What is waited for comes at once or not at all; on a busy machine "at once" may take seconds. */
const expectOptions = { poll: { timeout: 10_000 } };

const outside = [
	...["sandbox", "outside", "scripts", "chaos", "replay", "browser"].map((folder) => `test/${folder}/**/*.test.ts`),
	"test/upgrade/both-releases.test.ts",
];

/** Plain functions, named for it: they need nothing of the runtime. */
const unit = ["test/**/*.unit.test.ts"];

/** They begin first, so that none of them is left to run alone at the end. */
const longest = ["promises/no-way-round", "outside/restart", "browser/page", "chaos/chaos", "doors/fuzz"];

class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const place = ({ moduleId }: TestSpecification) => {
			const found = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
			return found === -1 ? longest.length : found;
		};
		return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
	}
}

export default defineConfig({
	test: {
		sequence: { sequencer: LongestFirst },
		silent: "passed-only",
		// More than there are cores on a small machine: those that come from outside spend most of their time waiting.
		maxWorkers: 4,
		coverage: { provider: "v8", include: ["src/**"], reporter: ["text"] },
		projects: [
			{
				plugins: [
					cloudflareTest({
						// The runtime's own report of every connection that a test breaks is no news.
						verbose: false,
						wrangler: { configPath: configWithoutSecrets() },
						miniflare: {
							bindings: sandboxBindings,
							outboundService: { node: createNodeOutbound(() => createImitation()) },
						},
					}),
				],
				test: {
					name: "worker",
					include: ["test/**/*.test.ts"],
					exclude: [...unit, ...outside],
					isolate: false,
					setupFiles: "test/fresh-world.ts",
					testTimeout: 30_000,
					hookTimeout: 30_000,
					expect: expectOptions,
				},
			},
			{ test: { name: "unit", include: unit, isolate: false, testTimeout: 30_000, expect: expectOptions } },
			{
				test: {
					name: "outside",
					include: outside,
					exclude: unit,
					testTimeout: 120_000,
					hookTimeout: 120_000,
					expect: expectOptions,
				},
			},
		],
	},
});
