// Messages with proofs that others made, each with its source.
import { discord, type Scheme, schemeOf, slack } from "../../../src/doors/auth/schemes.ts";
import { unset } from "./every-scheme.ts";

interface Vector {
	name: string;
	scheme: Scheme;
	secret: string;
	headers: Record<string, string>;
	body: string;
	timestampSeconds?: number;
}

const standard = {
	scheme: schemeOf("standard-webhooks", unset),
	body: '{"test": 2432232314}',
	timestampSeconds: 1_614_265_330,
};
const standardHeaders = { "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330" };

export const vectors: Vector[] = [
	{
		// From Slack's documentation.
		name: "Slack",
		scheme: slack,
		secret: "8f742231b10e8888abcd99yyyzzz85a5",
		headers: {
			"x-slack-request-timestamp": "1531420618",
			"x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
		},
		body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
		timestampSeconds: 1_531_420_618,
	},
	{
		// From GitHub's documentation.
		name: "GitHub",
		scheme: schemeOf("github", unset),
		secret: "It's a Secret to Everybody",
		headers: { "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" },
		body: "Hello, World!",
	},
	{
		// From the tests of the libraries in the standard-webhooks repository.
		...standard,
		name: "Standard Webhooks v1",
		secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		headers: { ...standardHeaders, "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" },
	},
	{
		// The same message, signed with the key of RFC 8032's test 1.
		...standard,
		name: "Standard Webhooks v1a",
		secret: "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		headers: {
			...standardHeaders,
			"webhook-signature":
				"v1a,fldxM4gAKugP6nnt1hdz3sgGfZ6d99nzrMFnZOELIxbzEHoVmAb2ADpkJK7zgPePmPsle0zV9jSeGlHFG2NVAw==",
		},
	},
	{
		// Made by hand as Discord documents it, with the key of RFC 8032's test 1.
		name: "Discord",
		scheme: discord,
		secret: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		headers: {
			"x-signature-timestamp": "1700000000",
			"x-signature-ed25519":
				"1695961a47c91a1ec033b819b7e87e3dbc583dd0cee6d1fd0216f58ac87b6228ae531ddbf91fb7bc28d7edf7f08604da16f54624f38a6bc0614e4dc13cd47f0f",
		},
		body: '{"type":1}',
	},
	{
		// Made by hand as PagerDuty documents it, after a signature with a retired secret.
		name: "PagerDuty, the second of two signatures",
		scheme: schemeOf("pagerduty", unset),
		secret: "pd-secret",
		headers: {
			"x-pagerduty-signature":
				"v1=0000000000000000000000000000000000000000000000000000000000000000,v1=9cf3cbdb8e4274b43f184c8cf2a31eaf40ef3a5c8fadddfe250c247c682deea4",
		},
		body: '{"event":{"id":"E1"}}',
	},
	{
		// Made by hand as Grafana documents it: the HMAC of the timestamp, a colon and the body.
		name: "Grafana",
		scheme: schemeOf("grafana", { ...unset, timestampHeader: "x-grafana-alerting-timestamp" }),
		secret: "gf-secret",
		headers: {
			"x-grafana-alerting-timestamp": "1700000000",
			"x-grafana-alerting-signature": "6baab96af98e37edd12b43f1dac494f181fce166fb9f85e3613d7cdae2073d02",
		},
		body: '{"status":"firing"}',
	},
];
