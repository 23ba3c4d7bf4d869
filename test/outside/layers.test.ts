// What the source may import and contain, read from the source itself: imports point at the domain.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../src");
const files = globSync("**/*.{ts,tsx}", { cwd: root }).map(normalize).toSorted();

interface Import {
	/** A path below src, or a package. */
	to: string;
	typeOnly: boolean;
}

/** The source without comments and, unless they are kept, without the contents of strings. */
function codeOf(file: string, keepTexts: boolean): string {
	const source = readFileSync(join(root, file), "utf8");
	return source.replace(
		/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|(?<=[(=,:?] ?)\/(?![/*])(?:\[(?:[^\]\\\n]|\\.)*\]|[^/\\\n]|\\.)+\/[dgimsuvy]*/g,
		(text) => {
			if (text.startsWith("//") || text.startsWith("/*")) return "";
			return keepTexts ? text : '""';
		},
	);
}

function importsOf(file: string): Import[] {
	const code = codeOf(file, true);
	const declared = code.matchAll(/^\s*(?:import|export)\s+(type\s)?[^"';]*?\bfrom\s+"([^"]+)"/gm);
	const bare = code.matchAll(/^\s*import\s+()"([^"]+)"/gm);
	const dynamic = code.matchAll(/(typeof )?\bimport\(\s*"([^"]+)"/g);
	return [...declared, ...bare, ...dynamic].map(([, type, from = ""]) => ({
		to: from.startsWith(".") ? normalize(join(dirname(file), from)) : from,
		typeOnly: type !== undefined && type !== "",
	}));
}

const layerOf = (path: string): string =>
	path.includes("/") && files.includes(path) ? (path.split("/")[0] ?? "") : path;

/** For each layer or file, the layers, files and packages it may import. With `type ` in front, only their types. */
const allowed: Record<string, readonly string[]> = {
	deletion: ["deletion", "type notify/delivery.ts"],
	watch: [
		"watch",
		"deletion/address/binding.ts",
		"deletion/address/cloudflare-id.ts",
		"deletion/limits.ts",
		"type deletion/address/bgp-prefix.ts",
		"type deletion/result.ts",
	],
	notify: ["notify", "deletion", "type watch/lifetime.ts", "type cards/card.ts"],
	cards: ["cards", "deletion", "type @slack/types", "type discord-api-types/v10"],
	adapters: ["adapters", "cards", "deletion", "type notify", "capped-body.ts", "valibot", "node:buffer"],
	config: [
		"config",
		"deletion",
		"notify",
		"nearest.ts",
		"type config.ts",
		"json-pointer.ts",
		"type adapters/cloudflare/send.ts",
		"valibot",
	],
	doors: [
		"doors",
		"cards",
		"deletion",
		"notify/delivery.ts",
		"type config.ts",
		"type config",
		"capped-body.ts",
		"json-pointer.ts",
		"log.ts",
		"nearest.ts",
		"within-ms.ts",
		"valibot",
		"type itty-router",
		"type discord-api-types/v10",
		"jose",
	],
	ledger: [
		"ledger",
		"watch",
		"notify",
		"deletion",
		"adapters",
		"cards/card.ts",
		"config.ts",
		"config",
		"log.ts",
		"within-ms.ts",
		"cloudflare:workers",
	],
	"config.ts": ["config", "deletion", "type adapters/cloudflare/send.ts", "valibot"],
	"routes.ts": ["doors", "deletion/result.ts", "type itty-router", "itty-router/Router"],
	"log.ts": ["type deletion"],
	"json-pointer.ts": ["type deletion"],
	"nearest.ts": [],
	"capped-body.ts": [],
	"within-ms.ts": [],
	"index.ts": ["adapters", "config.ts", "type config", "doors", "ledger", "log.ts", "routes.ts", "cloudflare:workers"],
};

const isAllowed = (from: string, { to, typeOnly }: Import): boolean => {
	const may = allowed[layerOf(from)] ?? [];
	return [to, layerOf(to)].some((name) => may.includes(name) || (typeOnly && may.includes(`type ${name}`)));
};

/** Each cycle once, as `a.ts → b.ts → a.ts`. */
function cyclesOf(edges: ReadonlyMap<string, readonly string[]>): string[] {
	const cycles: string[] = [];
	const done = new Set<string>();
	const visit = (file: string, path: readonly string[]): void => {
		const start = path.indexOf(file);
		if (start !== -1) cycles.push([...path.slice(start), file].join(" → "));
		if (start !== -1 || done.has(file)) return;
		for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
		done.add(file);
	};
	for (const file of edges.keys()) visit(file, []);
	return cycles;
}

describe("the source", () => {
	it("is found with its imports", () => {
		expect(files).toContain("index.ts");
		expect(importsOf("deletion/address/cidr.ts")).toEqual([{ to: "deletion/result.ts", typeOnly: false }]);
		expect(importsOf("doors/auth/access.ts")).toContainEqual({ to: "jose", typeOnly: false });
		expect(importsOf("log.ts")).toEqual([{ to: "deletion/record/json.ts", typeOnly: true }]);
		expect(importsOf("deletion/ports.ts")).toContainEqual({ to: "deletion/judgement/guards.ts", typeOnly: true });
		expect(importsOf("index.ts")).toContainEqual({ to: "ledger/ledger.ts", typeOnly: false });
	});

	it("imports only what its layers allow", () => {
		const forbidden = files.flatMap((file) =>
			importsOf(file)
				.filter((one) => !isAllowed(file, one))
				.map((one) => `${file} → ${one.typeOnly ? "type " : ""}${one.to}`),
		);
		expect(forbidden).toEqual([]);
	});

	it("has doors that do not import each other", () => {
		const doorOf = (path: string) => /^doors\/(api|chat|cloudflare|health|page|webhooks)\b/.exec(path)?.[1] ?? null;
		const across = files.flatMap((file) =>
			importsOf(file).flatMap(({ to }) =>
				doorOf(file) !== null && doorOf(to) !== null && doorOf(file) !== doorOf(to) ? [`${file} → ${to}`] : [],
			),
		);
		expect(doorOf("doors/cloudflare/envelope.ts")).toBe("cloudflare");
		expect(across).toEqual([]);
	});

	it("has rooms in the domain that build on each other in one order", () => {
		const order = ["address", "record", "lookup", "judgement", "steps", "restorations"];
		const roomOf = (path: string) => order.indexOf(/^deletion\/(\w+)\//.exec(path)?.[1] ?? "");
		const upwards = files.flatMap((file) =>
			importsOf(file).flatMap(({ to }) =>
				roomOf(file) !== -1 && roomOf(to) > roomOf(file) ? [`${file} → ${to}`] : [],
			),
		);
		expect(upwards).toEqual([]);
	});

	it("imports no missing file", () => {
		const known = new Set(files);
		const missing = files.flatMap((file) => importsOf(file).filter(({ to }) => /\.tsx?$/.test(to) && !known.has(to)));
		expect(missing).toEqual([]);
	});

	it("has no import cycles, not even of types alone", () => {
		const edges = new Map(
			files.map((file) => [file, importsOf(file).flatMap(({ to }) => (files.includes(to) ? [to] : []))]),
		);
		expect(cyclesOf(edges)).toEqual([]);
	});

	it("uses the platform's environment only in its entry, its configuration and its Ledger", () => {
		const knowing = files.filter((file) => /\bEnv\b/.test(codeOf(file, false)));
		expect(knowing.filter((file) => !/^(?:index\.ts|config\.ts|ledger\/.*)$/.test(file))).toEqual([]);
		expect(knowing).toEqual(expect.arrayContaining(["config.ts", "ledger/ledger.ts"]));
		const reading = files.filter((file) => /\b(?:process|import\.meta|globalThis)\.env\b/.test(codeOf(file, false)));
		expect(reading).toEqual([]);
	});

	it("has a domain without clock, randomness or network", () => {
		const domain = files.filter((file) => /^(?:deletion|watch|cards|notify)\//.test(file));
		const impure =
			/\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bcrypto\.|\bfetch\(|\bsetTimeout\b|\bconsole\b|\bthrow\b|\b(?:Request|Response|KVNamespace|DurableObject\w*)\b/;
		expect(domain.filter((file) => impure.test(codeOf(file, false)))).toEqual([]);
	});

	it.each<[string, RegExp]>([
		["any", /[:<,|&([]\s*any\b|\bas any\b|\bany\[\]|=>\s*any\b/],
		["a non-null assertion", /[\w)\]}]!(?![=])/],
		["as unknown as", /\bas\s+unknown\s+as\b/],
		["an enum or a namespace", /^\s*(?:export\s+)?(?:const\s+)?(?:enum|namespace)\s/m],
		["an ignored TypeScript error", /@ts-(?:ignore|nocheck|expect-error)/],
	])("never contains %s", (_, pattern) => {
		expect(files.filter((file) => pattern.test(codeOf(file, false)))).toEqual([]);
	});

	it("has its limits and times in one file a layer", () => {
		const layers = /^(?:doors|deletion|watch|notify|ledger|adapters\/(?:cloudflare|history|notify))\//;
		const scattered = files.filter(
			(file) =>
				layers.test(file) &&
				!file.endsWith("/limits.ts") &&
				/^(?:export )?const (?!(?:day|hour|minute)Ms\b)\w+(?:Ms|Seconds|Bytes) = [\d_* ]+;/m.test(codeOf(file, false)),
		);
		expect(scattered).toEqual([]);
	});

	it("has a test of each file's name for the domain and the Ledger, unless it has only types or limits", () => {
		const named = globSync("**/*.test.ts", { cwd: join(root, "../test") }).map((file) =>
			normalize(file).replace(/(?:\.unit)?\.test\.ts$/, ".ts"),
		);
		const tested = (file: string) =>
			/^(?:deletion|ledger)\//.test(file) &&
			!/\/(?:limits|result)\.ts$/.test(file) &&
			/^(?:export )?(?:default )?(?:async )?(?:function|class|const \w+ = [^;]*=>)/m.test(codeOf(file, false));
		expect(files.filter((file) => tested(file) && !named.includes(file))).toEqual([]);
	});

	it("gives a reason for each ignored lint rule", () => {
		for (const file of files) {
			const ignores = readFileSync(join(root, file), "utf8").match(/biome-ignore[^\n]*/g) ?? [];
			for (const ignore of ignores) expect(ignore).toMatch(/^biome-ignore \S+: \S+ \S+/);
		}
	});
});

describe("the source reader", () => {
	it("finds a cycle", () => {
		const edges = new Map([
			["a.ts", ["b.ts"]],
			["b.ts", ["c.ts", "d.ts"]],
			["c.ts", ["a.ts"]],
			["d.ts", []],
		]);
		expect(cyclesOf(edges)).toEqual(["a.ts → b.ts → c.ts → a.ts"]);
	});

	it("finds a forbidden import, and distinguishes imports of types", () => {
		const to = (path: string, typeOnly: boolean) => ({ to: path, typeOnly });
		expect(isAllowed("deletion/lookup/find.ts", to("adapters/cloudflare/send.ts", true))).toBe(false);
		expect(isAllowed("deletion/lookup/find.ts", to("cloudflare:workers", true))).toBe(false);
		expect(isAllowed("doors/request/input.ts", to("ledger/ledger.ts", true))).toBe(false);
		expect(isAllowed("doors/request/input.ts", to("config.ts", false))).toBe(false);
		expect(isAllowed("doors/request/input.ts", to("config.ts", true))).toBe(true);
		expect(isAllowed("config.ts", to("adapters/cloudflare/addressing.ts", true))).toBe(false);
		expect(isAllowed("routes.ts", to("doors/health.ts", false))).toBe(true);
		expect(isAllowed("routes.ts", to("ledger/ledger.ts", false))).toBe(false);
		expect(isAllowed("adapters/history/page.ts", to("ledger/tables.ts", true))).toBe(false);
	});
});
