// The samples of the pages that are no requests: settings are read as unbind reads them, and the deployment is done, up to
// the upload.
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv, promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountId } from "../../sandbox/imitation/account.ts";
import { sandboxDestinations } from "../../sandbox/receivers/settings.ts";
import { sandboxTokens } from "../../sandbox/settings.ts";
import { root } from "../../sandbox/wrangler.ts";
import { readConfig } from "../../src/config.ts";
import { pages } from "./pages.ts";

const run = promisify(execFile);

let directory: string;
beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-samples-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const samples = pages.flatMap(({ path, blocks }) =>
	blocks.map((block, index) => ({ path, ...block, after: blocks[index - 1] })),
);
const ofLanguage = (language: string) => samples.filter((sample) => sample.language === language);

const others = {
	CLOUDFLARE_ACCOUNT_ID: accountId,
	CLOUDFLARE_API_TOKEN: "a-token-that-is-never-used",
	TOKENS: sandboxTokens,
	PUBLIC_URL: "https://unbind.example.com",
};

/** A secret for each name that the settings have, as none may be missing, short or shared; a destination's has its form. */
function secretsFor(toml: string): Record<string, string> {
	const names = [...toml.matchAll(/^secret = "(\w+)"/gm)].map(([, name = ""]) => name);
	const kinds = [...toml.matchAll(/^to = "(\w+)"\n(?:.*\n)*?secret = "(\w+)"/gm)];
	return {
		...Object.fromEntries(names.map((name) => [name, `${name}-of-24-characters-or-more`])),
		...Object.fromEntries(kinds.map(([, kind = "", name = ""]) => [name, destinationSecrets[kind] ?? ""])),
	};
}

const { NOTIFY, ...destinationValues } = sandboxDestinations;
const values = new Map(Object.entries(destinationValues));
const destinationSecrets = Object.fromEntries(
	Object.values(NOTIFY).map(({ to, secret }) => [to, values.get(secret) ?? ""]),
);

describe("the settings", () => {
	it("are shown", () => expect(ofLanguage("toml").length).toBeGreaterThan(8));

	it.each(ofLanguage("toml"))("in $path are read without a problem or a warning: $text", async ({ text }) => {
		const path = join(directory, "wrangler.toml");
		await writeFile(path, text);
		const { unstable_readConfig } = await import("wrangler");
		const { vars } = unstable_readConfig({ config: path }, { hideWarnings: true });
		const config = readConfig({ ...others, ...secretsFor(text), ...vars });
		expect(config).toMatchObject({ ok: true, value: { warnings: [], problems: [] } });
	});

	/** JSON is an answer to the command before it, and those are compared; the rest is the secret TOKENS. */
	const tokens = ofLanguage("json").filter(({ lead, after }) => lead.trim() !== "" || after?.language !== "sh");
	it("show the secret TOKENS once", () => expect(tokens.map(({ path }) => path)).toEqual(["docs/configuration.md"]));
	it.each(tokens)("in $path are tokens", ({ text }) => {
		expect(readConfig({ ...others, TOKENS: text })).toMatchObject({ ok: true });
	});
});

describe("the commands that no sandbox answers", () => {
	const commands = ofLanguage("sh").filter(({ text }) => !text.includes("http://localhost:87"));

	it("are the two that start unbind, and the deployment", () => {
		const shown = commands.map(({ path, text }) => `${path}: ${text.trim().split(" ").slice(0, 3).join(" ")}`);
		expect(shown).toEqual([
			"README.md: npm ci",
			"README.md: npm start",
			"README.md: npm run token",
			"CONTRIBUTING.md: npm ci",
			"CONTRIBUTING.md: npm start",
		]);
	});

	it("deploy with a caller's token and the credential, but for the upload", { timeout: 60_000 }, async () => {
		const copy = join(directory, "copy");
		for (const name of ["src", "scripts", "public", "package.json", "tsconfig.json", "wrangler.toml"])
			await cp(join(root, name), join(copy, name), { recursive: true });
		await symlink(join(root, "node_modules"), join(copy, "node_modules"));
		const shown = commands.find(({ text }) => text.includes("--secrets-file"))?.text ?? "";
		const script = shown
			.replace("wrangler deploy", "wrangler deploy --dry-run")
			.replace("; rm .secrets", "; mv .secrets kept");
		expect(script).not.toBe(shown);
		const env = { ...process.env, HOME: copy, XDG_CONFIG_HOME: copy, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" };
		const { stdout } = await run("bash", ["-euc", script], {
			cwd: copy,
			env: { ...env, UNBIND_CREDENTIAL: "a-token" },
		});
		expect(stdout).toContain("--dry-run: exiting now");
		const [token = ""] = /unbind_[\w-]{43}/.exec(stdout) ?? [];
		const kept = await readFile(join(copy, "kept"), "utf8");
		expect(token).not.toBe("");
		expect(kept).not.toContain(token);
		const config = readConfig({ CLOUDFLARE_ACCOUNT_ID: accountId, ...parseEnv(kept) });
		expect(config).toMatchObject({
			ok: true,
			value: { credential: { apiToken: "a-token" }, tokenHolders: [{ name: "ci" }] },
		});
	});
});
