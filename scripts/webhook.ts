// Sends a webhook as its sender would: npm run webhook -- <name> payload.json [--url http://localhost:8787]
// Reads the sender's settings from wrangler.toml and its secret from the environment or .dev.vars; the sandbox's senders work
// without them. Contacts only the address it is given.
import { existsSync, readFileSync } from "node:fs";
import { parseArgs, parseEnv } from "node:util";
import * as v from "valibot";
import { sandboxSecrets, sandboxSenders } from "../sandbox/senders.ts";
import { readWorkerOptions } from "../sandbox/wrangler.ts";
import type { Sender } from "../src/config/sender.ts";
import { readSenders } from "../src/config/webhooks.ts";
import { schemeOf } from "../src/doors/auth/schemes.ts";
import { signed } from "./sign.ts";

const usage = `Usage: npm run webhook -- <name> payload.json [--url http://localhost:8787] [--put]
  name: a sender in [vars.WEBHOOKS] in wrangler.toml, or one of the sandbox's: ${Object.keys(sandboxSenders).join(", ")}
  payload.json: what to send; - reads it from standard input
  --url: where unbind listens
  --put: send a PUT instead of a POST`;

async function main(): Promise<string> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { url: { type: "string", default: "http://localhost:8787" }, put: { type: "boolean", default: false } },
	});
	const [name = "", file = "", ...more] = positionals;
	if (name === "" || file === "" || more.length > 0) throw new Error("Name a sender and a file.");
	const sender = await senderNamed(name);
	const body = readFileSync(file === "-" ? 0 : file, "utf8");
	const headers = signed(body, {
		scheme: schemeOf(sender.scheme, sender.signature),
		secret: sender.secrets[0] ?? "",
		timestampSeconds: Math.floor(Date.now() / 1000),
		messageId: `msg_${crypto.randomUUID()}`,
	});
	const response = await fetch(new URL(`/webhooks/${name}`, values.url), {
		method: values.put ? "PUT" : "POST",
		headers: { ...headers, "content-type": "application/json" },
		body,
		redirect: "manual",
	}).catch(() => {
		throw new Error(`Nothing answers at ${values.url}. Start the sandbox with: npm start`);
	});
	const retry = response.headers.get("retry-after");
	process.stderr.write(`${response.status}${retry === null ? "" : `, send it again in ${retry} s`}\n`);
	if (response.status >= 400) process.exitCode = 1;
	return response.text();
}

/** Read as the Worker reads it, so that problems are reported in the same words. */
async function senderNamed(name: string): Promise<Sender> {
	const own = await ownSenders();
	const settings = new Map(Object.entries({ ...sandboxSenders, ...own })).get(name);
	if (settings === undefined) throw new Error(`There is no sender ${JSON.stringify(name)}.`);
	const vars = existsSync(".dev.vars") ? parseEnv(readFileSync(".dev.vars", "utf8")) : {};
	const secrets = Object.hasOwn(own, name) ? { ...vars, ...process.env } : sandboxSecrets;
	const { senders, problems } = readSenders({ [name]: settings }, new Map(Object.entries(secrets)));
	const [sender] = senders;
	if (sender === undefined || problems.length > 0)
		throw new Error(problems.map(({ problem, fix }) => `${problem}. ${fix}`).join("\n"));
	return sender;
}

/** Wrangler takes seconds to read its own file, so it is used only if the file has senders. */
async function ownSenders(): Promise<{ [name: string]: unknown }> {
	if (!/^\s*(?:\[vars\.WEBHOOKS|WEBHOOKS\s*=)/m.test(readFileSync("wrangler.toml", "utf8"))) return {};
	const { bindings } = await readWorkerOptions();
	const { WEBHOOKS } = v.parse(
		v.looseObject({ WEBHOOKS: v.optional(v.record(v.string(), v.unknown()), {}) }),
		bindings,
	);
	return WEBHOOKS;
}

try {
	process.stdout.write(`${await main()}\n`);
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}\n`);
	process.exitCode = 1;
}
