// Discord's webhooks. Only one that belongs to an application shows buttons; the others leave them out.
// https://docs.discord.com/developers/resources/webhook#execute-webhook
import { discordMessage } from "../../cards/discord.ts";
import type { Kind } from "../../notify/destination.ts";
import { outcomeByStatus } from "./answer.ts";
import { eventCard } from "./event-card.ts";
import { outgoing } from "./outgoing.ts";

export const discord: Kind = {
	isForPeople: true,
	async compose(message, { url }) {
		const waiting = new URL(url);
		// Without it, Discord says nothing about a message that it could not post.
		waiting.searchParams.set("wait", "true");
		return outgoing(waiting.href, discordMessage(eventCard(message)));
	},
	answered(status, headers, text) {
		// "Unknown Webhook". Discord shuts out those who go on sending to one.
		if (status === 404 && /"code":\s*10015\b/.test(text))
			return { kind: "disabled", detail: "Discord does not know the webhook: it was removed." };
		const answer = outcomeByStatus(status, headers);
		// In seconds, and finer than the header's.
		const [, seconds] = /"retry_after":\s*(\d{1,9}(?:\.\d{1,9})?)\b/.exec(text) ?? [];
		return answer.kind === "retry" && status === 429 && seconds !== undefined
			? { ...answer, afterMs: Math.ceil(Number(seconds) * 1000) }
			: answer;
	},
};
