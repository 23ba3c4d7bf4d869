// A receiver of each kind of destination.
import type { DestinationKind } from "../../src/notify/destination.ts";
import { discord, mattermost, slack, teams } from "./chats.ts";
import { createGrafana } from "./grafana.ts";
import { pagerduty } from "./pagerduty.ts";
import type { Receiver } from "./receiver.ts";
import { webhook } from "./webhook.ts";

export const createReceivers = (): Record<DestinationKind, Receiver> => ({
	webhook,
	slack,
	discord,
	mattermost,
	teams,
	pagerduty,
	grafana: createGrafana(),
});
