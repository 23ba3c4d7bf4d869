// The files that set up the chat platforms, and the script that imitates them.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { verbNames } from "../../src/doors/chat/command.ts";

const run = (script: string, ...args: string[]) =>
	spawnSync(process.execPath, [`scripts/${script}.ts`, ...args], { encoding: "utf8", input: "" });

describe("npm run discord:register", () => {
	it("registers a subcommand per command, within Discord's limits, with suggestions for targets", () => {
		const { stdout, status } = run("discord-register", "--dry-run");
		expect(status).toBe(0);
		const [command, ...more] = JSON.parse(stdout);
		expect(more).toEqual([]);
		expect(command).toMatchObject({ name: "unbind", default_member_permissions: "0" });
		expect(command.options.map(({ name }: { name: string }) => name)).toEqual(verbNames);
		expect(command.options.length).toBeLessThanOrEqual(25);
		for (const { name, description, options } of command.options) {
			expect(name).toMatch(/^[a-z-]{1,32}$/);
			expect(description.length).toBeLessThanOrEqual(100);
			// Discord refuses a required option after an optional one.
			const required = options.map((option: { required: boolean }) => option.required);
			expect(required).toEqual(required.toSorted().toReversed());
			for (const option of options) expect(option.autocomplete ?? false).toBe(option.name === "target");
		}
	});

	it("says which settings are missing", () => {
		const { stderr, status } = run("discord-register");
		expect([status, stderr]).toEqual([
			1,
			"Add [vars.CHAT.discord] with application and guild to wrangler.toml first.\n",
		]);
	});
});

describe("Slack's manifest", () => {
	it("sends commands and clicks to the chat door and needs only the commands scope", () => {
		const manifest = JSON.parse(readFileSync("docs/slack-manifest.json", "utf8"));
		const [command] = manifest.features.slash_commands;
		expect(command.command).toBe("/unbind");
		// With escaping, Slack would rewrite words that begin with # and anything that looks like a link.
		expect(command.should_escape).toBe(false);
		expect(new URL(command.url).pathname).toBe("/chat/slack");
		expect(manifest.settings.interactivity).toEqual({ is_enabled: true, request_url: command.url });
		expect(manifest.oauth_config.scopes).toEqual({ bot: ["commands"] });
		expect(command.usage_hint.length).toBeLessThanOrEqual(1000);
		expect(command.description.length).toBeLessThanOrEqual(2000);
	});
});

describe("npm run chat", () => {
	it.each([
		["no platform", []],
		["no line", ["slack"]],
		["an unknown platform", ["teams", "/unbind help"]],
		["an unknown person", ["slack", "/unbind help", "--as", "trudy"]],
	])("prints the usage for %s", (_, args) => {
		const { stdout, stderr, status } = run("chat", ...args);
		expect([status, stdout]).toEqual([1, ""]);
		expect(stderr).toContain("Usage: npm run chat");
	});

	it("says where it expected the sandbox", () => {
		const { stderr, status } = run("chat", "slack", "/unbind help", "--url", "http://127.0.0.1:9");
		expect(status).toBe(1);
		expect(stderr).toContain("Nothing listens at http://127.0.0.1:10. Start the sandbox with: npm start");
	});
});
