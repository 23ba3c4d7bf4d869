// A person in Slack who types a command and presses a button on the card that comes back, at once or later.

import { numberOf } from "../../../sandbox/chat/platform.ts";
import { places } from "../../../sandbox/chat/settings.ts";
import { signedBySlack, slack } from "../../../sandbox/chat/slack.ts";
import type { chatPeople } from "../account.ts";

type Person = (typeof chatPeople)[number];

const { workspace, channel, people } = places.slack;
const speaker = (person: Person) => ({ workspace, channel, userId: people[person], userName: person });

export const chatPath = "/chat/slack";
export const commandReply = (text: string): string => `/commands/${workspace}/${numberOf(text)}`;
export const pressReply = (name: string): string => `/actions/${workspace}/${numberOf(name)}`;

export interface Button {
	action_id: string;
	value: string;
}

/** Signed for the current time, because a signature is valid for only a few minutes. */
export function chatCommand(text: string, person: Person, nowMs: number) {
	const { body } = slack.command(text, speaker(person));
	return { method: "POST", ...signedBySlack(body, nowMs) };
}

export function chatPress(button: Button, person: Person, name: string, nowMs: number) {
	const { body } = slack.press({ label: "", value: button }, speaker(person), name);
	return { method: "POST", ...signedBySlack(body, nowMs) };
}

/** The card's button for that action; null if it has none. */
export function buttonIn(message: unknown, action: string): Button | null {
	const { blocks = [] } = (message ?? {}) as { blocks?: { type: string; elements?: Button[] }[] };
	const buttons = blocks.flatMap(({ type, elements = [] }) => (type === "actions" ? elements : []));
	return buttons.find(({ action_id }) => action_id === action) ?? null;
}

/** The record's id, from the link on its card. */
export const idIn = (message: unknown): string | null =>
	/records\/([0-9a-z]{26})/.exec(JSON.stringify(message ?? null))?.[1] ?? null;
