// The fields that unbind reads from platforms' messages, and the slash command that Slack and Mattermost share. It ignores
// other fields and limits the length of these.
import * as v from "valibot";
import { choices } from "../../../deletion/steps/offer.ts";
import { parseCommand } from "../command.ts";
import type { Author, Call } from "./platform.ts";

const longest = 2000;

export const text = v.pipe(v.string(), v.maxLength(longest));
export const optionalText = v.optional(text, "");

/** What a button carries. */
export const offerId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
export const choice = v.picklist(choices);

/** null if the body is not UTF-8 or does not match the schema. */
export function readBody<Output>(
	body: Uint8Array,
	schema: v.GenericSchema<string, Output> | v.GenericSchema<unknown, Output>,
): Output | null {
	try {
		const read = v.safeParse(schema, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
		return read.success ? read.output : null;
	} catch {
		return null;
	}
}

/** A form's fields; the first value of each name. */
export const form = v.pipe(
	v.string(),
	v.transform((body): unknown => Object.fromEntries([...new URLSearchParams(body)].toReversed())),
);

/** Slack's names for who sent a message, and where. Mattermost took them over. */
export const sender = { team_id: text, channel_id: text, user_id: text, user_name: optionalText };

/** A slash command as Slack and Mattermost send it. */
export const slashCommand = (longestText: number) =>
	v.object({
		...sender,
		text: v.optional(v.pipe(v.string(), v.maxLength(longestText)), ""),
		response_url: optionalText,
	});

type Sender = Record<keyof typeof sender, string>;

export const userOf = ({ team_id, channel_id, user_id, user_name }: Sender): Author => {
	return { workspace: team_id, channel: channel_id, userId: user_id, userName: user_name };
};

export const callOf = (
	input: v.InferOutput<ReturnType<typeof slashCommand>>,
	aliases: ReadonlyMap<string, string>,
): Call => ({
	kind: "command",
	from: userOf(input),
	command: parseCommand(input.text, aliases),
	address: input.response_url,
});
