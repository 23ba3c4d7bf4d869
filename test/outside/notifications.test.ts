// The samples in docs/notifications.md verify a message as it really is signed, and refuse what was forged.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { webhookPrivateKey, webhookSecret } from "../../sandbox/receivers/settings.ts";
import { kinds } from "../../src/adapters/notify/kinds.ts";
import { destinations, messageOf } from "../adapters/notify/messages.ts";
import { pageAt } from "./pages.ts";

const run = promisify(execFile);
const otherSecret = "whsec_YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMtMDAwMDA=";

let directory: string;
beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-receivers-"));
	const { blocks } = pageAt("docs/notifications.md");
	const sample = (language: string) => blocks.find((block) => block.language === language)?.text ?? "";
	await writeFile(join(directory, "receiver.ts"), sample("ts"));
	await writeFile(join(directory, "receiver.py"), sample("python"));
	await writeFile(
		join(directory, "main.ts"),
		`import { verified } from "./receiver.ts";
const { headers, body, secret } = JSON.parse(process.argv[2]);
try { console.log(verified(new Headers(headers), body, secret).data.summary); } catch (error) { console.log(error.name + ": " + error.message); }`,
	);
	await writeFile(
		join(directory, "main.py"),
		`import json, sys
from receiver import verified
given = json.loads(sys.argv[1])
try:
    print(verified(given["headers"], given["body"].encode(), given["secret"])["data"]["summary"])
except ValueError as error:
    print(f"Error: {error}")`,
	);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Delivery {
	headers: Record<string, string>;
	body: string;
	secret: string;
}

async function delivery(attemptMs = Date.now()): Promise<Delivery> {
	const message = { ...messageOf("deletion.deleted", "café 😀, “quoted”"), attemptMs };
	const secrets = [otherSecret, webhookPrivateKey, webhookSecret];
	const outgoing = await kinds.webhook.compose(message, { ...destinations.webhook, secrets });
	return { headers: outgoing?.headers ?? {}, body: outgoing?.body ?? "", secret: webhookSecret };
}

describe.each([
	["TypeScript", process.execPath, "main.ts"],
	["Python", "python3", "main.py"],
])("the receiver in %s", (_, program, script) => {
	const result = async (given: Delivery) => {
		const env = { ...process.env, PYTHONIOENCODING: "utf-8", PYTHONDONTWRITEBYTECODE: "1" };
		const { stdout } = await run(program, [script, JSON.stringify(given)], { cwd: directory, env });
		return stdout.trim();
	};

	it("takes a message from unbind, signed by any of its secrets", async () => {
		const good = await delivery();
		expect(await result(good)).toContain("alice: deletion.deleted of 203.0.113.128/25 (CDN): café 😀, “quoted”");
		expect(await result({ ...good, secret: otherSecret })).toContain("alice");
	});

	it.each<[string, (given: Delivery) => Delivery]>([
		["a changed body", (given) => ({ ...given, body: given.body.replace("alice", "mallory") })],
		["another id", ({ headers, ...given }) => ({ ...given, headers: { ...headers, "webhook-id": "another" } })],
		[
			"no signature",
			({ headers: { "webhook-signature": _signature, ...headers }, ...given }) => ({ ...given, headers }),
		],
		["no headers", (given) => ({ ...given, headers: {} })],
		[
			"a signature that is none",
			({ headers, ...given }) => ({ ...given, headers: { ...headers, "webhook-signature": "v1,é v1, v2" } }),
		],
		["another key", (given) => ({ ...given, secret: "whsec_YSB0aGlyZCBzZWNyZXQgb2YgMzIgYnl0ZXMgISEhISE=" })],
	])("refuses %s", async (_name, forge) =>
		expect(await result(forge(await delivery()))).toMatch(/^Error: the \w+ is wrong$/),
	);

	it.each([-310, 330])("refuses a message from %d seconds away", async (seconds) => {
		const given = await delivery(Date.now() + seconds * 1000);
		expect(await result(given)).toBe("Error: the timestamp is wrong");
	});
});
