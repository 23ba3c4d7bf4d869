// People who talk to unbind on a platform, in few words. What they see is what the platform would show them; what it would
// not take is an error.
import type { PlatformName } from "../../../src/config/chat.ts";
import { type Answer, call } from "../../harness.ts";
import type { SentMessage } from "../../sandbox/chat/messages.ts";
import type { Outgoing, Sender, Shown } from "../../sandbox/chat/platform.ts";
import { played } from "../../sandbox/chat/platforms.ts";
import { type PersonName, places } from "../../sandbox/chat/settings.ts";

export const platformNames: PlatformName[] = ["slack", "discord", "mattermost"];

export const senderOf = (platform: PlatformName, person: PersonName, more: Partial<Sender> = {}): Sender => {
	const { workspace, channel, people } = places[platform];
	return { workspace, channel, userId: people[person], userName: `${person}.example`, ...more };
};

export const send = (platform: PlatformName, { headers, body }: Outgoing): Promise<Answer> =>
	call(`/chat/${platform}`, { method: "POST", token: null, headers, body });

/** What was sent later, as it is shown, in its order; waits until it is that much. */
export async function sentLater(atLeast = 0): Promise<(Shown & { to: string })[]> {
	const response = await fetch(`http://imitation.sandbox/sandbox/messages?at_least=${atLeast}`);
	const messages: SentMessage[] = await response.json();
	return messages.map(({ to, method, path, body, status }) => {
		const platform = Object.values(played).find(({ host }) => host === to);
		if (status !== 200 || platform === undefined) throw new Error(`${to} would not take ${JSON.stringify(body)}`);
		return { to, ...platform.sent(method, path, body) };
	});
}

export interface Seen extends Shown {
	answer: Answer;
}

/** A command; what is seen of it at once, or of what comes after. */
export async function say(
	platform: PlatformName,
	text: string,
	person: PersonName = "alice",
	more: Partial<Sender> = {},
): Promise<Seen> {
	const answer = await send(platform, await played[platform].command(text, senderOf(platform, person, more)));
	if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
	const shown = played[platform].answered(answer.text, "command");
	if (shown === null) throw new Error("nothing is shown");
	return { answer, ...shown };
}

let clicks = 0;

/** A click on a button of a message; what takes its place, or comes beside it. */
export async function press(
	platform: PlatformName,
	seen: Shown,
	label: string,
	person: PersonName = "alice",
	{ name = `click ${++clicks}`, ...more }: Partial<Sender> & { name?: string } = {},
): Promise<Seen> {
	const button = seen.buttons.find((one) => one.label === label);
	if (button === undefined) throw new Error(`no button ${label} in:\n${seen.text}`);
	const before = (await sentLater()).length;
	const answer = await send(platform, await played[platform].press(button, senderOf(platform, person, more), name));
	if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
	const shown = played[platform].answered(answer.text, "press") ?? (await sentLater(before + 1))[before];
	if (shown === undefined) throw new Error("nothing is shown");
	return { answer, ...shown };
}

/** What the channel has seen. */
export const inChannel = async (atLeast = 1): Promise<Shown[]> => {
	for (;;) {
		const shown = (await sentLater()).filter((one) => one.for === "channel");
		if (shown.length >= atLeast) return shown;
		await sentLater((await sentLater()).length + 1);
	}
};
