// Short functions for people who talk to unbind on a platform. They return what the platform would show, and throw on
// what it would not accept.

import type { SentMessage } from "../../../sandbox/chat/messages.ts";
import { numberOf, type Outgoing, type Sender, type Shown } from "../../../sandbox/chat/platform.ts";
import { played } from "../../../sandbox/chat/platforms.ts";
import { type PersonName, places } from "../../../sandbox/chat/settings.ts";
import type { PlatformName } from "../../../src/config/chat.ts";
import { type Answer, call } from "../../harness.ts";

export const platformNames: PlatformName[] = ["slack", "discord", "mattermost"];

export const senderOf = (platform: PlatformName, person: PersonName, more: Partial<Sender> = {}): Sender => {
	const { workspace, channel, people } = places[platform];
	return { workspace, channel, userId: people[person], userName: `${person}.example`, ...more };
};

export const send = (platform: PlatformName, { headers, body }: Outgoing): Promise<Answer> =>
	call(`/chat/${platform}`, { method: "POST", token: null, headers, body });

export interface Later extends Shown {
	path: string;
	body: unknown;
}

/** What was sent after the answers, as it is shown, in order. Waits until there are `atLeast` of them. */
export async function sentLater(atLeast = 0): Promise<Later[]> {
	const response = await fetch(`http://imitation.sandbox/sandbox/messages?at_least=${atLeast}`);
	const messages: SentMessage[] = await response.json();
	return messages.map(({ to, method, path, body, status }) => {
		const platform = Object.values(played).find(({ host }) => host === to);
		if (status !== 200 || platform === undefined) throw new Error(`${to} would not take ${JSON.stringify(body)}`);
		return { path, body, ...platform.sent(method, path, body) };
	});
}

/** Waits until there are `atLeast` that match. */
async function sentSuch(atLeast: number, isSuch: (one: Later, index: number) => boolean): Promise<Later[]> {
	for (let all = await sentLater(); ; all = await sentLater(all.length + 1)) {
		const such = all.filter(isSuch);
		if (such.length >= atLeast) return such;
	}
}

/** What the channel has seen. Waits until there are `atLeast` messages. */
export const inChannel = (atLeast = 0): Promise<Later[]> => sentSuch(atLeast, (one) => one.for === "channel");

export interface Seen extends Shown {
	answer: Answer;
	/** It came as a message of its own, which any reply can on a busy machine. */
	isLate: boolean;
}

/** Shown until the reply is ready. */
const isMeanwhile = ({ text }: Shown): boolean =>
	/^(?:# )?(?:Looking at|Working on|unbind is thinking)[^\n]*…/.test(text);

/** What the person sees in the end: the answer, or what follows it. */
async function seenOf(
	platform: PlatformName,
	answer: Answer,
	to: "command" | "press",
	isReply: (later: Later, index: number) => boolean,
): Promise<Seen> {
	if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
	const shown = played[platform].answered(answer.text, to);
	if (shown !== null && !isMeanwhile(shown)) return { answer, isLate: false, ...shown };
	const [first] = await sentSuch(1, (later, index) => !isMeanwhile(later) && isReply(later, index));
	if (first === undefined) throw new Error("nothing was sent");
	// Slack ignores the answer to a click.
	return { answer, isLate: platform !== "slack" || to === "command", ...first };
}

/** Sends a command and returns what the person sees. */
export async function say(
	platform: PlatformName,
	text: string,
	person: PersonName = "alice",
	more: Partial<Sender> = {},
): Promise<Seen> {
	const before = (await sentLater()).length;
	const answer = await send(platform, played[platform].command(text, senderOf(platform, person, more)));
	return seenOf(platform, answer, "command", (later, index) => index >= before && later.for === "caller");
}

let clicks = 0;

/** What the platform sends for a click on a button. */
export function clickOn(
	platform: PlatformName,
	{ buttons, text }: Shown,
	label: string,
	person: PersonName = "alice",
	{ name = `click ${++clicks}`, ...more }: Partial<Sender> & { name?: string } = {},
): Outgoing {
	const button = buttons.find((one) => one.label === label);
	if (button === undefined) throw new Error(`no button ${label} in:\n${text}`);
	return played[platform].press(button, senderOf(platform, person, more), name);
}

/** Clicks a button of a message and returns what replaces it or follows it. */
export async function press(
	platform: PlatformName,
	seen: Shown,
	label: string,
	person: PersonName = "alice",
	{ name = `click ${++clicks}`, ...more }: Partial<Sender> & { name?: string } = {},
): Promise<Seen> {
	const before = (await sentLater()).length;
	const answer = await send(platform, clickOn(platform, seen, label, person, { name, ...more }));
	// Mattermost has no address for a click: what follows goes where the button came from, or only to the channel.
	return seenOf(platform, answer, "press", (later, index) =>
		platform === "mattermost"
			? index >= before && !later.text.includes("asks to delete")
			: later.path.includes(`${numberOf(name)}`) && later.for === "caller",
	);
}
