// The sandbox's destinations, one of each kind, and what proves each. Every value is public and gives access to nothing
// outside the sandbox: these hosts are played, and never contacted.
import { discordSeed, mattermostServer, places } from "../chat/settings.ts";

export const webhookAddress = "https://events.example.com/unbind";
export const webhookSecret = "whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAwMDAwMDE=";
/** The pair of Discord's seed: Standard Webhooks' private key, and its public one. */
export const webhookPrivateKey = `whsk_${discordSeed}`;
export const webhookPublicKey = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
export const slackAddress = "https://hooks.slack.com/services/T0SANDBOX/B0UNBIND/sandbox0slack0incoming00";
export const discordAddress = "https://discord.com/api/webhooks/150000000000000001/sandbox-discord-webhook-token";
export const mattermostAddress = `${mattermostServer}/hooks/sandbox0incoming0webhook00`;
export const teamsAddress =
	"https://prod-01.westeurope.logic.azure.com/workflows/0a1b2c3d4e5f/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=sandbox-teams-signature-0000000000000000";
export const pagerdutyKey = "5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c";
export const grafanaAddress = "https://grafana.example.com";
export const grafanaToken = "glsa_sandboxGrafanaServiceAccountToken_00000000";

const all = ["*"];

/** [vars.NOTIFY] in wrangler.toml, and the secrets it names. */
export const sandboxDestinations = {
	NOTIFY: {
		automation: { to: "webhook", url: webhookAddress, secret: "AUTOMATION_SECRET", events: all },
		"slack-network": {
			to: "slack",
			secret: "SLACK_NETWORK_URL",
			channel: places.slack.channel,
			events: all,
		},
		"discord-network": {
			to: "discord",
			secret: "DISCORD_NETWORK_URL",
			channel: places.discord.channel,
			events: all,
		},
		"mattermost-network": {
			to: "mattermost",
			secret: "MATTERMOST_NETWORK_URL",
			channel: places.mattermost.channel,
			events: all,
		},
		"teams-network": { to: "teams", secret: "TEAMS_NETWORK_URL", events: all },
		"on-call": { to: "pagerduty", secret: "ON_CALL_KEY", events: all },
		dashboards: { to: "grafana", url: grafanaAddress, secret: "DASHBOARDS_TOKEN", events: all },
	},
	AUTOMATION_SECRET: `${webhookSecret}\n${webhookPrivateKey}`,
	SLACK_NETWORK_URL: slackAddress,
	DISCORD_NETWORK_URL: discordAddress,
	MATTERMOST_NETWORK_URL: mattermostAddress,
	TEAMS_NETWORK_URL: teamsAddress,
	ON_CALL_KEY: pagerdutyKey,
	DASHBOARDS_TOKEN: grafanaToken,
};
