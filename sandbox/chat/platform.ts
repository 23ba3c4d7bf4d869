// What a played chat platform must do: sign what it sends, and show what it receives as its users would see it.

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

/** A message as a person sees it. */
export interface Shown {
	for: "caller" | "channel";
	/** Whether it replaces the message whose button was pressed. */
	replaces: boolean;
	text: string;
	buttons: ShownButton[];
}

export interface PlayedPlatform {
	/** The host that receives its messages. */
	host: string;
	command(text: string, sender: Sender): Outgoing;
	/** @param name names this click, and stays the same when it is sent again. */
	press(button: ShownButton, sender: Sender, name: string): Outgoing;
	/** What is shown of an answer, or null for nothing. Throws if the platform would not accept it. */
	answered(body: string, to: "command" | "press"): Shown | null;
	/** The same for a message sent later. */
	sent(method: string, path: string, body: unknown): Shown;
}

/** A number for a name, always the same. */
export const numberOf = (name: string): number =>
	[...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000_007, 7);
