// Mattermost's incoming webhooks. https://developers.mattermost.com/integrate/webhooks/incoming
import { mattermostAttachment } from "../../cards/mattermost.ts";
import type { Kind } from "../../notify/destination.ts";
import { outcomeByStatus } from "./answer.ts";
import { eventCard } from "./event-card.ts";
import { outgoing } from "./outgoing.ts";

export const mattermost: Kind = {
	isForPeople: true,
	compose: async (message, { url }) =>
		outgoing(url, { attachments: [mattermostAttachment(eventCard(message), message.origin)] }),
	answered: outcomeByStatus,
};
