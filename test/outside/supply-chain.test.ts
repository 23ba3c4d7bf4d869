// What others provide: packages pinned by content, actions pinned by commit, and where to report a weakness.
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Locked {
	link?: boolean;
	integrity?: string;
	resolved?: string;
}

const lock: { packages: Record<string, Locked> } = JSON.parse(readFileSync("package-lock.json", "utf8"));
/** Not the project itself, and not its own folders. */
const packages = Object.entries(lock.packages).filter(
	([path, { link }]) => path.includes("node_modules/") && link !== true,
);

describe("the lock", () => {
	it("pins every package by its content, including those for other platforms", () => {
		expect(packages.length).toBeGreaterThan(200);
		const loose = packages.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""));
		expect(loose.map(([path]) => path)).toEqual([]);
	});

	it("names only the public registry", () => {
		const elsewhere = packages.filter(
			([, { resolved = "" }]) => !/^(?:https:\/\/registry\.npmjs\.org\/|$)/.test(resolved),
		);
		expect(elsewhere.map(([path]) => path)).toEqual([]);
	});
});

describe("the workflows", () => {
	const files = globSync(".github/workflows/*.yml");
	const text = (file: string) => readFileSync(file, "utf8");

	it.each(files)("pin actions by commit, with the version next to it: %s", (file) => {
		const uses = [...text(file).matchAll(/uses: *(.*)$/gm)].map(([, action = ""]) => action);
		expect(uses.length).toBeGreaterThan(0);
		for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
	});

	it.each(files)("start with read permission, and keep no credential in the checkout: %s", (file) => {
		expect(text(file)).toMatch(/^permissions:\n {2}contents: read\n/m);
		const checkouts = text(file).match(/actions\/checkout@/g) ?? [];
		expect(text(file).match(/persist-credentials: false/g)).toHaveLength(checkouts.length);
	});

	it("are ci and codeql, and Dependabot updates both kinds of dependencies", () => {
		expect(files.toSorted()).toEqual([".github/workflows/ci.yml", ".github/workflows/codeql.yml"]);
		const updates = [...text(".github/dependabot.yml").matchAll(/package-ecosystem: (\S+)/g)].map(([, name]) => name);
		expect(updates).toEqual(["npm", "github-actions"]);
	});
});

describe("security.txt (RFC 9116)", () => {
	const lines = readFileSync("public/.well-known/security.txt", "utf8").trimEnd().split("\n");
	const valuesOf = (field: string) =>
		lines.flatMap((line) => (line.startsWith(`${field}: `) ? [line.slice(field.length + 2)] : []));

	it("has one Expires, in the future and at most a year away", () => {
		const [expires = "", ...more] = valuesOf("Expires");
		expect(more).toEqual([]);
		expect(expires).toMatch(/^\d{4}-\d\d-\d\dT00:00:00Z$/);
		expect(Date.parse(expires)).toBeGreaterThan(Date.now());
		expect(Date.parse(expires)).toBeLessThan(Date.now() + 366 * 24 * 3_600_000);
	});

	it("has a valid contact, and only fields the RFC defines", () => {
		for (const contact of valuesOf("Contact")) expect(contact).toMatch(/^(?:https:\/\/|mailto:)\S+$/);
		expect(valuesOf("Contact").length).toBeGreaterThan(0);
		const fields = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(":")[0]);
		expect(fields).toEqual(["Contact", "Expires", "Preferred-Languages"]);
	});
});
