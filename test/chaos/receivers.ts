// The destinations of the chaos. Each fails half the time: it refuses, asks for patience, breaks off, or takes the message and
// answers nothing. It goes on like this for a while after the other faults have ended.
import { connectionDropped } from "../../sandbox/imitation/connection.ts";
import type { Dice } from "./dice.ts";
import type { Witness } from "./witness.ts";

export interface Receivers {
	takes(host: string): boolean;
	/** Throws when the connection breaks. */
	handle(request: Request): Promise<Response>;
	end(): void;
}

const domain = ".destinations.example";
const signingKey = "Y2hhb3MtY2hhb3MtY2hhb3MtY2hhb3MtY2hhb3M=";
const address = `https://people${domain}/services/a-secret-path-of-the-chaos`;

/** A program that hears of what is gone and what came back, and people in a chat. */
export const notifyBindings = {
	PUBLIC_URL: "https://unbind.example.com",
	NOTIFY: {
		program: {
			to: "webhook",
			url: `https://program${domain}/events`,
			secret: "PROGRAM_KEY",
			events: ["deletion.deleted", "deletion.already_gone", "restoration.*", "watch.*"],
		},
		people: { to: "slack", secret: "PEOPLE_URL", events: ["approval.*", "watch.*"] },
	},
	PROGRAM_KEY: `whsec_${signingKey}`,
	PEOPLE_URL: address,
};

/** So many messages may fail after the end; the rest would only take hours. */
const failingAtMost = 60;

/** What no message may contain. */
export const notifySecrets: readonly string[] = [signingKey, "a-secret-path-of-the-chaos"];

export function createReceivers(witness: Witness, dice: Dice): Receivers {
	let left = Number.POSITIVE_INFINITY;
	const answerOf = () =>
		dice.weigh([
			[3, "refuses"],
			[1, "asks_for_patience"],
			[2, "breaks_off"],
			[2, "takes_and_breaks_off"],
			[8, "takes"],
		] as const);

	return {
		takes: (host) => host.endsWith(domain),
		async handle(request) {
			const destination = new URL(request.url).host.slice(0, -domain.length);
			const id = request.headers.get("webhook-id");
			const body = await request.text();
			const answer = left-- > 0 ? answerOf() : "takes";
			const isTaken = answer === "takes" || answer === "takes_and_breaks_off";
			witness.note({ kind: "notified", destination, id, body, isTaken });
			if (answer === "refuses") return new Response("no", { status: dice.pick([500, 502, 503, 404, 302]) });
			if (answer === "asks_for_patience") return new Response("", { status: 429, headers: { "retry-after": "20" } });
			if (answer !== "takes") throw connectionDropped();
			return new Response("ok");
		},
		end() {
			left = failingAtMost;
		},
	};
}
