// Talks to the sandbox as a chat platform would: npm run chat -- slack "/unbind 203.0.113.128/25 test" --press Delete
// Signs and sends commands, prints what the platform would show, and presses buttons. Contacts only the sandbox.
import { createInterface } from "node:readline/promises";
import { parseArgs, styleText } from "node:util";
import type { SentMessage } from "../sandbox/chat/messages.ts";
import type { Outgoing, Shown } from "../sandbox/chat/platform.ts";
import { played } from "../sandbox/chat/platforms.ts";
import { type PersonName, places } from "../sandbox/chat/settings.ts";
import { type PlatformName, platformNames } from "../src/config/chat.ts";

const people = Object.keys(places.slack.people);
const usage = `Usage: npm run chat -- <platform> "/unbind <target> [reason]" [--press Label]… [--as alice]
  platform: ${platformNames.join(", ")}
  --press: the label of a button to press, newest message first; "bob:Approve" lets someone else press it
  --as: who is talking: ${people.join(", ")} (mallory is not in the configuration)
  --url, --imitation: where the sandbox listens; by default http://localhost:8787 and the next port
Without --press, the script asks you in the terminal.`;

/** How long to wait for a platform's later message. */
const laterMs = 25_000;
const quietMs = 300;

interface Session {
	platform: PlatformName;
	url: string;
	imitation: string;
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			press: { type: "string", multiple: true, default: [] },
			as: { type: "string", default: "alice" },
			url: { type: "string", default: "http://localhost:8787" },
			imitation: { type: "string" },
		},
	});
	const [name = "", line = "", ...more] = positionals;
	const platform = platformNames.find((one) => one === name);
	if (platform === undefined || line === "" || more.length > 0)
		throw new Error("Name a platform and a command in quotes.");
	const session = { platform, url: values.url, imitation: values.imitation ?? nextPort(values.url) };
	const speaker = personNamed(values.as);

	const text = line.replace(/^\/unbind\b/, "").trim();
	print(`${speaker}: /unbind ${text}`);
	let buttons = await exchange(
		session,
		"command",
		played[platform].command(text, senderOf(platform, speaker)),
		speaker,
	);
	const wanted = [...values.press];
	for (
		let next = wanted.shift() ?? (await asked(buttons));
		next !== null;
		next = wanted.shift() ?? (await asked(buttons))
	) {
		const [label = "", person = speaker] = next.split(":").toReversed();
		const presser = personNamed(person);
		const button = buttons.find((one) => one.label === label);
		if (button === undefined) throw new Error(`There is no button ${JSON.stringify(label)} to press.`);
		print(`${presser} presses ${label}`);
		const click = played[platform].press(button, senderOf(platform, presser), crypto.randomUUID());
		buttons = [...(await exchange(session, "press", click, presser)), ...buttons];
	}
}

/** Sends a message and shows the answer and everything after it. @returns all their buttons, newest first. */
async function exchange(
	{ platform, url, imitation }: Session,
	kind: "command" | "press",
	{ headers, body }: Outgoing,
	caller: string,
): Promise<Shown["buttons"]> {
	const before = (await messages(imitation, 0)).length;
	const response = await fetch(new URL(`/chat/${platform}`, url), {
		method: "POST",
		headers,
		body,
		redirect: "manual",
	});
	const answer = await response.text();
	if (response.status !== 200) throw new Error(`unbind answered ${response.status}: ${answer}`);
	const first = played[platform].answered(answer, kind);
	const seen = first === null ? [] : [first];
	for (let waitMs = seen.some(saysSomething) ? quietMs : laterMs, count = before; ; waitMs = quietMs) {
		const sent = (await messages(imitation, count + 1, waitMs)).slice(count);
		if (sent.length === 0) break;
		count += sent.length;
		seen.push(...sent.map(({ method, path, body }) => played[platform].sent(method, path, body)));
	}
	const shown = seen.some(saysSomething) ? seen.filter(saysSomething) : seen;
	for (const one of shown) show(one, caller);
	return shown.toReversed().flatMap((one) => one.buttons);
}

/** A placeholder's title ends with an ellipsis; the real reply replaces it. */
const saysSomething = ({ text }: Shown): boolean => !text.split("\n")[0]?.endsWith("…");

/** The messages sent to the platform, once there are that many; empty if that takes too long. */
async function messages(imitation: string, atLeast: number, waitMs = laterMs): Promise<SentMessage[]> {
	const address = new URL(`/sandbox/messages?at_least=${atLeast}`, imitation);
	try {
		return await (await fetch(address, { signal: AbortSignal.timeout(waitMs) })).json();
	} catch (error) {
		if (error instanceof Error && error.name === "TimeoutError") return [];
		throw new Error(`Nothing listens at ${imitation}. Start the sandbox with: npm start`);
	}
}

const senderOf = (platform: PlatformName, person: PersonName) => {
	const { workspace, channel, people } = places[platform];
	return { workspace, channel, userId: people[person], userName: person };
};

function personNamed(name: string): PersonName {
	if (name === "alice" || name === "bob" || name === "carol" || name === "mallory") return name;
	throw new Error(`There is no person called ${JSON.stringify(name)}. Choose one of ${people.join(", ")}.`);
}

function nextPort(url: string): string {
	const next = new URL(url);
	next.port = String(Number(next.port || 80) + 1);
	return next.origin;
}

function show({ for: audience, replaces, text }: Shown, caller: string): void {
	const who = audience === "channel" ? "the channel sees" : `${caller} sees${replaces ? ", in its place" : ""}`;
	print(`  ${styleText("dim", `${who}:`)}`);
	for (const line of text.replace(/^# /, "").split("\n")) print(`  │ ${line}`);
}

/** The label to press next; null to stop. */
async function asked(buttons: Shown["buttons"]): Promise<string | null> {
	if (buttons.length === 0 || !process.stdin.isTTY) return null;
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	const labels = [...new Set(buttons.map(({ label }) => label))].join(", ");
	const answer = await terminal.question(`Which button? (${labels}; Enter to stop) `);
	terminal.close();
	return answer.trim() || null;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

try {
	await main();
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}\n`);
	process.exitCode = 1;
}
