// Each kind of destination, in one table.
import type { DestinationKind, Kind } from "../../notify/destination.ts";
import { discord } from "./discord.ts";
import { grafana } from "./grafana.ts";
import { mattermost } from "./mattermost.ts";
import { pagerduty } from "./pagerduty.ts";
import { slack } from "./slack.ts";
import { teams } from "./teams.ts";
import { webhook } from "./webhook.ts";

export const kinds: Record<DestinationKind, Kind> = { webhook, slack, discord, mattermost, teams, pagerduty, grafana };
