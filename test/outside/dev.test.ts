// `npm run dev` as in the README: the account's id in wrangler.toml, every secret in .dev.vars. Runs in a copy of the
// project, so that no real .dev.vars is read or written. No request here makes unbind call Cloudflare.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accountId } from "../../sandbox/imitation/account.ts";
import { sandboxSecrets } from "../../sandbox/senders.ts";
import { sandboxTokens } from "../../sandbox/settings.ts";
import { root } from "../../sandbox/wrangler.ts";
import { alertsOf } from "../doors/webhooks/alerts.ts";

const senders = `
[vars.WEBHOOKS.alertmanager]
scheme = "alertmanager"
secret = "ALERTMANAGER_SECRET"
label = "binding"
ranges = ["203.0.113.0/24"]
`;

let directory: string;
let dev: ChildProcess;
let url: string;
const output: string[] = [];

beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-dev-"));
	for (const name of ["src", "public", "package.json", "tsconfig.json", "wrangler.toml"])
		await cp(join(root, name), join(directory, name), { recursive: true });
	await symlink(join(root, "node_modules"), join(directory, "node_modules"));
	const settings = await readFile(join(directory, "wrangler.toml"), "utf8");
	const filledIn = settings.replace('CLOUDFLARE_ACCOUNT_ID = ""', `CLOUDFLARE_ACCOUNT_ID = "${accountId}"`);
	await writeFile(join(directory, "wrangler.toml"), filledIn + senders);
	const secrets = {
		TOKENS: sandboxTokens,
		CLOUDFLARE_API_TOKEN: "a-token-that-is-never-used",
		ALERTMANAGER_SECRET: sandboxSecrets.ALERTMANAGER_SECRET,
	};
	const lines = Object.entries(secrets).map(([name, value]) => `${name}='${value}'\n`);
	await writeFile(join(directory, ".dev.vars"), lines.join(""));

	const home = { HOME: directory, XDG_CONFIG_HOME: directory, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" };
	dev = spawn("npm", ["run", "dev", "--", "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"], {
		cwd: directory,
		env: { ...process.env, ...home, CI: "true" },
		detached: true,
		stdio: ["ignore", "pipe", "pipe"],
	});
	url = await new Promise((resolve, reject) => {
		for (const stream of [dev.stdout, dev.stderr]) {
			if (stream === null) continue;
			createInterface({ input: stream }).on("line", (line) => {
				output.push(line);
				const [, ready] = /Ready on (http:\/\/\S+)/.exec(line) ?? [];
				if (ready !== undefined) resolve(ready);
			});
		}
		dev.on("exit", (code) => reject(new Error(`npm run dev ended with ${code}:\n${output.join("\n")}`)));
	});
}, 90_000);

afterAll(async () => {
	if (dev?.pid !== undefined && dev.exitCode === null) {
		const ended = once(dev, "exit");
		process.kill(-dev.pid, "SIGTERM");
		await ended;
	}
	await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

it("serves the Worker with the secrets of .dev.vars", async () => {
	const answer = await fetch(`${url}/freeze`, { headers: { authorization: "Bearer unbind_sandbox" } });
	expect([answer.status, await answer.json()]).toMatchObject([200, { frozen: false }]);
	expect(output.filter((line) => /missing required/i.test(line))).toEqual([]);
});

it("accepts the messages of a configured sender", async () => {
	const answer = await fetch(`${url}/webhooks/alertmanager`, {
		method: "POST",
		headers: { authorization: `Basic ${btoa(sandboxSecrets.ALERTMANAGER_SECRET ?? "")}` },
		body: JSON.stringify(alertsOf({ status: "resolved" })),
	});
	expect([answer.status, await answer.json()]).toMatchObject([200, { outcome: "ignored" }]);
});
