// Registers /unbind with Discord, in the configured guild: npm run discord:register [-- --dry-run]
// Reads the application and the guild from [vars.CHAT.discord] in wrangler.toml, and the bot's token from DISCORD_BOT_TOKEN in
// the environment or .dev.vars; unbind itself never needs that token. --dry-run prints the request instead of sending it.
import { existsSync, readFileSync } from "node:fs";
import { parseArgs, parseEnv } from "node:util";
import type {
	APIApplicationCommandBasicOption,
	APIApplicationCommandSubcommandOption,
	RESTPutAPIApplicationGuildCommandsJSONBody,
} from "discord-api-types/v10";
import * as v from "valibot";
import { readWorkerOptions } from "../sandbox/wrangler.ts";
import { resolutionOutcomes } from "../src/deletion/record/deletion.ts";
import { type Verb, verbNames, verbs } from "../src/doors/chat/command.ts";

const settings = v.object({ CHAT: v.object({ discord: v.object({ application: v.string(), guild: v.string() }) }) });

/** Discord suggests live bindings while the user types a target. */
const options: Record<string, APIApplicationCommandBasicOption> = {
	target: { type: 3, name: "target", description: "A binding: its CIDR, its id or an alias", autocomplete: true },
	reason: { type: 3, name: "reason", description: "Why; it goes on record", max_length: 500 },
	outcome: {
		type: 3,
		name: "outcome",
		description: "What you found at Cloudflare",
		choices: resolutionOutcomes.map((outcome) => ({ name: outcome, value: outcome })),
	},
	note: { type: 3, name: "note", description: "How you know; it goes on record", max_length: 500 },
	event: { type: 3, name: "event", description: "A mass deletion's id, as /unbind lost shows it", max_length: 64 },
	id: { type: 3, name: "id", description: "A deletion's id, as the history shows it", min_length: 26, max_length: 26 },
};

/** `<target> [reason]`: options in angle brackets are required, and come first. */
function subcommand(verb: Verb): APIApplicationCommandSubcommandOption {
	const { takes, does } = verbs[verb];
	const parts = [...takes.matchAll(/([<[])(\w+)[>\]]/g)].flatMap(([, bracket, name = ""]) => {
		const option = options[name];
		return option === undefined ? [] : [{ ...option, required: bracket === "<" }];
	});
	return { type: 1, name: verb, description: does, options: parts };
}

/** Visible only to administrators, who can open it to others in the guild's settings. unbind checks every user anyway. */
const commands: RESTPutAPIApplicationGuildCommandsJSONBody = [
	{
		name: "unbind",
		description: "Delete BYOIP service bindings, one at a time",
		default_member_permissions: "0",
		options: verbNames.map(subcommand),
	},
];

async function main(): Promise<string> {
	const { values } = parseArgs({ options: { "dry-run": { type: "boolean", default: false } } });
	if (values["dry-run"]) return JSON.stringify(commands, null, "\t");
	const { bindings } = await readWorkerOptions();
	const read = v.safeParse(settings, bindings);
	if (!read.success) throw new Error("Add [vars.CHAT.discord] with application and guild to wrangler.toml first.");
	const vars = existsSync(".dev.vars") ? parseEnv(readFileSync(".dev.vars", "utf8")) : {};
	const token = process.env.DISCORD_BOT_TOKEN ?? vars.DISCORD_BOT_TOKEN;
	if (!token) throw new Error("Set DISCORD_BOT_TOKEN to the bot's token: Developer Portal, your application, Bot.");
	const { application, guild } = read.output.CHAT.discord;
	const response = await fetch(`https://discord.com/api/v10/applications/${application}/guilds/${guild}/commands`, {
		method: "PUT",
		headers: { authorization: `Bot ${token}`, "content-type": "application/json" },
		body: JSON.stringify(commands),
		redirect: "manual",
	});
	if (!response.ok) throw new Error(`Discord answered ${response.status}: ${await response.text()}`);
	return `Registered /unbind in the guild ${guild}.`;
}

try {
	process.stdout.write(`${await main()}\n`);
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
	process.exitCode = 1;
}
