// The pages against the code that they describe: links, paths, commands, settings, tables, times.
import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import openapi from "../../public/openapi.json" with { type: "json" };
import { problemsIn, problemsJson, problemsPage } from "../../scripts/problem-pages.ts";
import { aliasKey, freezeKey, openKey, recordKey } from "../../src/adapters/history/keys.ts";
import { defaultPolicy } from "../../src/deletion/judgement/policy.ts";
import { states } from "../../src/deletion/record/deletion.ts";
import { guardNames } from "../../src/deletion/record/verdict.ts";
import { type ProblemCode, problem, problemCodes } from "../../src/doors/reply/problem.ts";
import { migrate } from "../../src/ledger/migrations.ts";
import { createContract } from "../contract.ts";
import { storageOf } from "../node-sqlite.ts";
import { anchorsIn, codeIn, namesIn, type Page, pageAt, pages, rowsBelow } from "./pages.ts";

const run = promisify(execFile);
const [readme, api, architecture, configuration, operating, problems, storage] = [
	"README.md",
	...["api", "architecture", "configuration", "operating", "problems", "storage"].map((name) => `docs/${name}.md`),
].map(pageAt) as [Page, Page, Page, Page, Page, Page, Page];
const source = globSync("src/**/*.{ts,tsx}")
	.map((path) => readFileSync(path, "utf8"))
	.join("\n");

describe.each(pages)("$path", (page) => {
	it("links to files and sections that exist", () => {
		const dead = [...page.text.matchAll(/\]\(([^)\s]+)\)/g)]
			.map(([, target = ""]) => target)
			.filter((target) => !/^https?:/.test(target))
			.filter((target) => {
				const [file = "", anchor] = target.split("#");
				const path = file === "" ? page.path : normalize(join(dirname(page.path), file));
				return !existsSync(path) || (anchor !== undefined && !anchorsIn(pageAt(path)).includes(anchor));
			});
		expect(dead).toEqual([]);
	});

	it("names files that exist", () => {
		const words = codeIn(page).flatMap((code) => code.split(" "));
		const paths = words.filter((word) => /^(?:src|test|docs|scripts|public|\.ci|\.github)\/[^<>]*$/.test(word));
		expect(paths.filter((path) => globSync(path).length === 0)).toEqual([]);
	});

	it("names scripts that package.json has", () => {
		const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
		for (const [, name] of page.text.matchAll(/npm run (?:-s )?([a-z:]+)/g))
			expect(scripts).toHaveProperty([name ?? ""]);
	});

	it("has diagrams of kinds that GitHub draws", () => {
		for (const { language, text } of page.blocks) {
			if (language !== "mermaid") continue;
			expect(text).toMatch(/^(?:flowchart (?:TB|LR)|sequenceDiagram|stateDiagram-v2)\n\t/);
			// It would end the statement, in the middle of a sentence.
			expect(text).not.toContain(";");
		}
	});
});

describe("wrangler", () => {
	const commands = new Set(
		pages.flatMap(({ text }) =>
			[...text.matchAll(/npx wrangler ([^`&\n]+)/g)].map(([, command = ""]) => command.trim()),
		),
	);
	const byName = Map.groupBy(
		commands,
		(command) => /^[a-z]+(?: (?:key )?(?:get|put|delete))?/.exec(command)?.[0] ?? "",
	);

	it.each([...byName])("has %s, with the options that the pages use", async (name, uses) => {
		const { stdout } = await run("node_modules/.bin/wrangler", [...name.split(" "), "--help"], {
			env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1", WRANGLER_WRITE_LOGS: "false" },
		});
		expect(stdout).toContain(`wrangler ${name}`);
		for (const [option] of uses.join(" ").matchAll(/--[a-z-]+/g)) expect(stdout).toContain(option);
	});
});

describe("the README", () => {
	it("is a front page of at most 250 lines", () => expect(readme.text.split("\n").length).toBeLessThanOrEqual(251));

	it("draws the tree as it is", () => {
		const tree = readme.blocks.find(({ text }) => text.startsWith("src/\n"))?.text ?? "";
		const at: string[] = [];
		const paths = tree.split("\n").flatMap((line) => {
			const [, indent = "", name = ""] = /^( *)(\S+)/.exec(line) ?? [];
			if (name === "") return [];
			at.splice(indent.length / 2, Number.POSITIVE_INFINITY, name);
			return [at.join("")];
		});
		expect(paths.length).toBeGreaterThan(15);
		expect(paths.filter((path) => !existsSync(path))).toEqual([]);
	});
});

describe("docs/api.md", () => {
	it("has every problem code with its status", () => {
		const rows = rowsBelow(api, "## Statuses and codes");
		for (const code of problemCodes) {
			const row = rows.find(([, codes]) => namesIn(codes).includes(code));
			expect(row?.[0]?.split(", "), code).toContain(String(problem(code as ProblemCode, "").status));
		}
	});
});

describe("docs/problems.md", () => {
	const sections = problems.text.split(/^## /m).slice(1);

	it("has one section for every problem code, and no other", () => {
		expect(sections.map((section) => section.split("\n")[0]).toSorted()).toEqual(problemCodes.toSorted());
	});

	it.each(problemCodes)("says what happened and what to do next: %s", (code) => {
		const [, status, what = "", next = ""] =
			sections
				.find((section) => section.startsWith(`${code}\n`))
				?.match(/^\w+\n\n\*\*(\d+)\.\*\* ([\s\S]+?)\n\n\*\*Next:\*\* ([\s\S]+)$/) ?? [];
		expect(Number(status)).toBe(problem(code as ProblemCode, "").status);
		for (const sentences of [what, next]) expect(sentences.trim()).toMatch(/^(?:[A-Z`]|unbind )[\s\S]{15,}[.]$/);
	});
});

describe("public/problems.html and public/problems.json", () => {
	const explained = problemsIn(problems.text);

	it("say the same as docs/problems.md; run `npm run docs:problems` to update them", () => {
		expect(explained.map(({ code }) => code).toSorted()).toEqual(problemCodes.toSorted());
		expect(readFileSync("public/problems.html", "utf8")).toBe(problemsPage(explained));
		expect(readFileSync("public/problems.json", "utf8")).toBe(problemsJson(explained));
	});

	it("have no Markdown left, and link only to sections that are there", () => {
		const page = problemsPage(explained);
		expect(`${page.replace(/<!--.*-->/, "")}${problemsJson(explained)}`).not.toMatch(/[`*]|\]\(/);
		const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, target = ""]) => target);
		expect(targets.length).toBeGreaterThan(problemCodes.length);
		for (const target of targets) expect(page).toContain(`id="${target}"`);
	});

	it("are as public/openapi.json describes them", () => {
		const { schema } = openapi.paths["/problems.json"].get.responses["200"].content["application/json"];
		const { faultsIn } = createContract(openapi);
		expect(faultsIn(schema, JSON.parse(problemsJson(explained)))).toEqual([]);
		expect(faultsIn(schema, { problems: [{ code: "x" }] })).not.toEqual([]);
	});
});

describe("docs/configuration.md", () => {
	it("names every setting that unbind reads", () => {
		const [, config = ""] = readFileSync("src/config.ts", "utf8").split("const settings = ");
		const credential = readFileSync("src/config/credential.ts", "utf8");
		const names = `${config}${credential}`.matchAll(/^\t([A-Z_]{4,}): |"(CLOUDFLARE_[A-Z_]+)"/gm);
		const settings = new Set([...names].map(([, one, other]) => one ?? other ?? ""));
		expect(settings.size).toBeGreaterThan(10);
		const named = rowsBelow(configuration, "## Settings").map(([name]) => name);
		for (const name of settings) expect(named.join()).toContain(name);
	});

	it("has every guard with its default level", () => {
		const rows = rowsBelow(configuration, "## Guards");
		const shown = guardNames.map((guard) =>
			rows
				.find(([name]) => name === `\`${guard}\``)
				?.at(-1)
				?.replace(", always", ""),
		);
		expect(shown).toEqual(guardNames.map((guard) => defaultPolicy.levels[guard]));
	});
});

describe("docs/operating.md", () => {
	it("begins with a row for every state", () => {
		const rows = rowsBelow(operating, "## What each state means");
		expect(rows.flatMap(([state]) => namesIn(state)).toSorted()).toEqual(states.toSorted());
	});

	it("says what to do about every event in the log", () => {
		const events = [
			...[...source.matchAll(/\blog\((?:[^()]|\([^()]*\))*?\)/g)].flatMap(([call]) =>
				[...call.replace(/\{[\s\S]*/, "").matchAll(/"([a-z_]+)"/g)].map(([, word = ""]) => word),
			),
			...[...source.matchAll(/\bnoted\(\s*"([a-z]+)"/g)].map(([, what]) => `${what}_refused`),
		].filter((word) => !["info", "warn", "error", "new"].includes(word));
		expect(events.length).toBeGreaterThan(25);
		const told = rowsBelow(operating, "### Read the log").flatMap(([names]) => namesIn(names));
		expect([...new Set(events)].filter((event) => !told.includes(event) && event !== "request")).toEqual([]);
	});
});

describe("docs/architecture.md", () => {
	it.each(rowsBelow(architecture, "## The times").slice(1))("%s: %s", (time, _what, constant) => {
		const [name = ""] = namesIn(constant);
		const values = [...source.matchAll(new RegExp(`const ${name} = ([\\d_* ]+);`, "g"))].map(([, product = ""]) =>
			product.split("*").reduce((value, factor) => value * Number(factor.replaceAll("_", "")), 1),
		);
		const [, count = "", unit = ""] = /^(\d+) ?(\w*?)s?$/.exec(time ?? "") ?? [];
		const milliseconds: Record<string, number> = { "": 1, second: 1000, minute: 60_000, day: 86_400_000 };
		expect(values).toContain(Number(count) * (milliseconds[unit] ?? Number.NaN));
	});
});

describe("docs/storage.md", () => {
	it("has every table and every column", () => {
		const database = new DatabaseSync(":memory:");
		migrate(storageOf(database));
		const query =
			"SELECT m.name AS 'table', c.name AS 'column' FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
		const columns = database
			.prepare(query)
			.all()
			.map((row) => `${row.table}.${row.column}`);
		expect(columns.length).toBeGreaterThan(40);
		const tables = [...storage.text.matchAll(/^### `(\w+)`$/gm)].map(([, name = ""]) => name);
		const shown = tables.flatMap((table) =>
			rowsBelow(storage, `### \`${table}\``)
				.filter(([, , more]) => more === undefined)
				.flatMap(([names]) => namesIn(names))
				.map((column) => `${table}.${column}`),
		);
		expect(shown.filter((one) => !one.startsWith("flags.")).toSorted()).toEqual(
			columns.filter((one) => !one.startsWith("flags.")).toSorted(),
		);
		expect(shown).toEqual(expect.arrayContaining(["flags.name", "flags.value"]));
	});

	it("has every flag", () => {
		const flags = [...source.matchAll(/(?:[gs]etFlag\([^,()]+(?:\.#sql)?, |[Ff]lags? = )"([a-z_]+)"/g)].map(
			([, name]) => name,
		);
		expect(flags.length).toBeGreaterThan(6);
		const shown = rowsBelow(storage, "### `flags`").flatMap(([names]) => namesIn(names));
		expect(flags.filter((flag) => !shown.includes(flag ?? ""))).toEqual([]);
	});

	it("has every key of KV", () => {
		const keys = [recordKey("<id>"), aliasKey("<id>"), openKey("<id>"), freezeKey];
		const shown = rowsBelow(storage, "## Keys in KV").flatMap(([key]) => namesIn(key));
		expect(shown.toSorted()).toEqual([...keys, "binding:<binding id>:<id>", "prefix:<prefix id>:<id>"].toSorted());
	});
});
