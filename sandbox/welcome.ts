// What `npm start` prints once it is ready: where it listens, and requests that work as printed, in this order, on
// fresh data.
import { styleText } from "node:util";
import { accountId } from "./imitation/account.ts";
import { sandboxApiKey, sandboxEmail } from "./imitation/credentials.ts";
import { sandboxCallers } from "./settings.ts";

interface Addresses {
	url: string;
	imitationUrl: string;
	dataPath: string;
}

const strong = (text: string) => styleText("bold", text);
const quiet = (text: string) => styleText("dim", text);

export function welcome({ url, imitationUrl, dataPath }: Addresses): string {
	const curl = `curl -H 'Authorization: Bearer ${sandboxCallers.sandbox.token}'`;
	const binding = `accounts/${accountId}/addressing/prefixes/2af39739cc4e3b5910c918468bb89828/bindings/c01d0000000000000000000000000002`;
	const examples: [string, string[]][] = [
		["What is there?", [`${curl} ${url}/bindings`]],
		["What would a deletion do? (the plan)", [`${curl} ${url}/bindings/203.0.113.128/25`]],
		[
			"Delete it: the /24 takes over its traffic.",
			[`${curl} -X DELETE '${url}/bindings/203.0.113.128/25?reason=trying+it+out'`],
		],
		["Who deleted what, when and why?", [`${curl} ${url}/deletions`]],
		[
			"Delete as Cloudflare's own API and SDKs do.",
			[
				`curl -X DELETE ${url}/client/v4/${binding} \\`,
				`     -H 'X-Auth-Email: ${sandboxEmail}' -H 'X-Auth-Key: ${sandboxApiKey}'`,
			],
		],
		[
			"Break the connection just after the next deletion takes effect, then read the record.",
			[
				`curl ${imitationUrl}/sandbox/faults -d '{"method":"DELETE","fault":{"kind":"drop_after"}}'`,
				`${curl} -X DELETE \\`,
				`     '${url}/bindings/2001:db8:100:1::/64?reason=chaos&acknowledge=still_provisioning'`,
			],
		],
		[
			"Delete 203.0.113.0/26 in Cloudflare's dashboard, behind unbind's back.",
			[`curl ${imitationUrl}/sandbox/elsewhere -d '{"delete":["203.0.113.0/26"],"by":{"how":"dash"}}'`],
		],
		[
			"Make Cloudflare delete every binding that is left.",
			[`curl ${imitationUrl}/sandbox/elsewhere -d '{"delete":"all","by":{"how":"system"}}'`],
		],
	];
	return [
		"",
		`${strong("unbind")} listens on ${strong(url)}`,
		`In a browser, sign in with ${strong(sandboxCallers.sandbox.token)}.`,
		`Behind it, on ${imitationUrl}, is an imitation of Cloudflare's API. Nothing leaves this machine.`,
		`What unbind reports arrives at ${strong(`${imitationUrl}/sandbox/inbox`)}, as it would in Slack, Teams or PagerDuty.`,
		quiet(`Data: ${dataPath} (npm start -- --fresh starts over). Ctrl-C ends it.`),
		"",
		...examples.flatMap(([title, lines]) => [`  ${quiet(`# ${title}`)}`, ...lines.map((line) => `  ${line}`), ""]),
	].join("\n");
}
