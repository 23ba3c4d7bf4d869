// Slack's incoming webhooks. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
import { slackMessage } from "../../cards/slack.ts";
import type { Kind } from "../../notify/destination.ts";
import { outcomeByStatus } from "./answer.ts";
import { eventCard } from "./event-card.ts";
import { outgoing } from "./outgoing.ts";

/** The words for a webhook that takes nothing any more, whatever the status. */
const gone = /\b(no_service|no_service_id|no_active_hooks|no_team|team_disabled|invalid_token)\b/;

export const slack: Kind = {
	isForPeople: true,
	compose: async (message, { url }) => outgoing(url, slackMessage(eventCard(message))),
	answered(status, headers, text) {
		const [word] = gone.exec(text) ?? [];
		if (word !== undefined && status > 0 && status < 500)
			return { kind: "disabled", detail: `Slack says ${word}: the webhook was removed.` };
		return outcomeByStatus(status, headers);
	},
};
