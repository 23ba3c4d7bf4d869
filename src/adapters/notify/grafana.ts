// Grafana's annotations: a region while a change settles, which ends early when the binding is seen active. Without a
// dashboard, an annotation belongs to the organisation and is found by its tags.
// https://grafana.com/docs/grafana/latest/developers/http_api/annotations
import { cut } from "../../cards/card.ts";
import { settlesWithinHours } from "../../deletion/limits.ts";
import type { Kind, Message } from "../../notify/destination.ts";
import type { EventType } from "../../notify/event.ts";
import { outcomeByStatus } from "./answer.ts";
import { grafana as limits } from "./limits.ts";
import { linkOf, oneLine, outgoing } from "./outgoing.ts";

const hourMs = 3_600_000;

/** `region`: traffic moves for hours. `end`: it has moved. `undone`: it did not move after all. */
type Mark = "region" | "end" | "undone" | "point" | "nothing";

const marks: Record<EventType, Mark> = {
	"deletion.deleted": "region",
	"deletion.already_gone": "nothing",
	"deletion.refused": "nothing",
	"deletion.failed": "undone",
	"deletion.cancelled": "nothing",
	"deletion.unknown": "region",
	"approval.requested": "nothing",
	"approval.approved": "nothing",
	"approval.rejected": "nothing",
	"approval.expired": "nothing",
	"restoration.restored": "region",
	"restoration.failed": "nothing",
	"restoration.active": "end",
	"freeze.on": "point",
	"freeze.off": "point",
	"watch.disappeared": "region",
	"watch.appeared": "region",
	"watch.changed": "region",
	"watch.mass_deletion": "region",
	"credential.rejected": "point",
	test: "point",
};

export const grafana: Kind = {
	isForPeople: false,
	async compose(message, { url, secrets }) {
		const { event, externalId } = message;
		const annotations = `${url.replace(/\/+$/, "")}/api/annotations`;
		const headers = { authorization: `Bearer ${secrets[0] ?? ""}` };
		const create = (region: object) => outgoing(annotations, { ...region, ...words(message) }, headers);
		const patch = (changed: object) =>
			outgoing(`${annotations}/${encodeURIComponent(externalId ?? "")}`, changed, headers, "PATCH");
		const startMs = startOf(message);
		const region = { time: startMs, timeEnd: startMs + hoursOf(message) * hourMs };
		switch (marks[event.type]) {
			case "region":
				// What was unclear is clear now; a restoration is a change of its own.
				return event.type === "deletion.deleted" && externalId !== null
					? patch({ ...region, ...words(message) })
					: create(region);
			case "end": {
				const timeEnd = Math.max(startMs, endOf(message));
				return externalId === null ? create({ time: startMs, timeEnd }) : patch({ timeEnd });
			}
			case "undone":
				return externalId === null ? null : patch({ timeEnd: Date.parse(event.at), ...words(message) });
			case "point":
				return create({ time: Date.parse(event.at) });
			case "nothing":
				return null;
		}
	},
	answered(status, headers, text) {
		const answer = outcomeByStatus(status, headers);
		if (answer.kind !== "delivered") return answer;
		const [, id = null] = /"id":\s*(\d{1,19})\b/.exec(text) ?? [];
		return { kind: "delivered", externalId: id };
	},
};

/** When traffic began to move: when the DELETE was sent, or the binding was created again. */
function startOf({ event, record }: Message): number {
	const sent = record?.timeline.find((one) => one.event === "sent")?.at;
	const began = event.type.startsWith("restoration.") ? record?.restoration?.settled_at : sent;
	const isOurs = event.type.startsWith("restoration.") || event.type.startsWith("deletion.");
	return Date.parse((isOurs && began) || event.at);
}

const endOf = ({ event, record }: Message): number => Date.parse(record?.restoration?.active_at ?? event.at);

const hoursOf = ({ record }: Message): number => record?.effect?.settles_within_hours ?? settlesWithinHours;

/** Grafana shows the text as HTML that it has cleaned. */
function words(message: Message): { text: string; tags: string[] } {
	const { type, summary, cidr, actor } = message.event;
	const tags = ["unbind", type, ...(cidr === null ? [] : [cidr]), ...(actor === null ? [] : [`by:${actor}`])];
	return {
		text: `${escaped(cut(oneLine(summary), limits.text))}<br><a href="${escaped(linkOf(message))}">Open the page</a>`,
		tags: tags.map((tag) => cut(oneLine(tag), limits.tag)),
	};
}

const escaped = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
