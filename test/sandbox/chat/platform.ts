// What it takes to play a chat platform: to sign what it sends, and to show what it is sent as its users would see it.

/** What the platform sends to unbind. */
export interface Outgoing {
	headers: Record<string, string>;
	body: string;
}

export interface Sender {
	workspace: string;
	channel: string;
	userId: string;
	userName: string;
}

export interface ShownButton {
	label: string;
	/** What the platform sends back for it. */
	value: unknown;
}

/** A message as somebody sees it. */
export interface Shown {
	for: "caller" | "channel";
	/** It takes the place of the message whose button was pressed. */
	replaces: boolean;
	text: string;
	buttons: ShownButton[];
}

export interface PlayedPlatform {
	/** Where it takes messages. */
	host: string;
	command(text: string, sender: Sender): Outgoing;
	/** @param name of this one click; the same when it is sent again. */
	press(button: ShownButton, sender: Sender, name: string): Outgoing;
	/** What is shown of an answer; null where it shows nothing. Throws where the platform would not take it. */
	answered(body: string, to: "command" | "press"): Shown | null;
	/** The same for a message that was sent later. */
	sent(method: string, path: string, body: unknown): Shown;
}

/** A name's own number, the same each time. */
export const numberOf = (name: string): number =>
	[...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000_007, 7);
