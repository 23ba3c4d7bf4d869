// The settings NOTIFY and PUBLIC_URL: whom unbind tells about what happens, where they listen, and which events they want. A
// chat's address is its credential, so it is a secret, and no problem quotes it.
import * as v from "valibot";
import { doors, folded } from "../deletion/record/actor.ts";
import { digestOf } from "../deletion/record/digest.ts";
import { nearestOf } from "../nearest.ts";
import { type Destination, type DestinationKind, destinationKinds } from "../notify/destination.ts";
import { eventPatterns } from "../notify/subscription.ts";
import { brokenRule } from "./destination-url.ts";
import { cidrList, table } from "./fields.ts";
import type { Part } from "./part.ts";
import { type ConfigProblem, problemIn, problemsBySchema } from "./problem.ts";
import { readSecrets, type SecretHolder, secretsNamedBy } from "./secrets.ts";

export interface ConfiguredDestination extends Destination {
	/** Tell the destination's addresses apart and reveal nothing else about them; the present one first. */
	addresses: readonly string[];
	/** Changes with anything in its configuration. */
	mark: string;
}

export interface NotifySettings {
	/** unbind's own origin, for links; null if PUBLIC_URL is missing or faulty. */
	origin: string | null;
	/** Those that are open: none without an origin. */
	destinations: readonly ConfiguredDestination[];
	/** Every name in the table, with those of faulty ones; null if a fault closes all of them. */
	names: readonly string[] | null;
}

/** What each kind needs besides its secret: an address of its own, a fixed one, or none because the secret is the address. */
const kinds: Record<
	DestinationKind,
	{ url: "needed" | "secret" | string; form: { pattern: RegExp; description: string } }
> = {
	webhook: {
		url: "needed",
		form: {
			pattern: /^(?:whsec_[A-Za-z0-9+/]{32,88}={0,2}|whsk_[A-Za-z0-9+/]{42,128}={0,2})$/,
			description: "whsec_ with 24 to 64 bytes in base64, or whsk_ with a private key",
		},
	},
	slack: { url: "secret", form: address() },
	discord: { url: "secret", form: address() },
	mattermost: { url: "secret", form: address() },
	teams: { url: "secret", form: address() },
	pagerduty: {
		url: "https://events.pagerduty.com",
		form: { pattern: /^[A-Za-z0-9]{32}$/, description: "an integration key: 32 letters and digits" },
	},
	grafana: { url: "needed", form: { pattern: /^[\x21-\x7e]+$/, description: "a token without spaces" } },
};

function address() {
	return { pattern: /^https:\/\/[\x21-\x7e]+$/, description: "an https address" };
}

const eventName = v.pipe(
	v.string("must be text"),
	v.check(
		(text) => eventPatterns.includes(text),
		({ input }) => {
			const nearest = nearestOf(String(input), eventPatterns);
			return `unknown event${nearest === null ? "" : `; did you mean ${nearest}?`}`;
		},
	),
);

const destination = v.strictObject({
	to: v.picklist(destinationKinds, `must be one of ${destinationKinds.join(", ")}`),
	secret: v.pipe(
		v.string(),
		v.regex(/^[A-Z][A-Z0-9_]{0,63}$/, "must be the name of a Worker secret, such as NETWORK_CHANNEL_URL"),
	),
	url: v.optional(v.string("must be text")),
	events: v.pipe(v.array(eventName, "must be a list of events"), v.minLength(1, "must not be empty")),
	ranges: v.optional(v.pipe(cidrList, v.minLength(1, "must not be empty"))),
	doors: v.optional(
		v.pipe(
			v.array(v.picklist(doors, `must be one of ${doors.join(", ")}`), "must be a list"),
			v.minLength(1, "must not be empty"),
		),
	),
	channel: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{2,32}$/, "must be a channel's id"))),
});

const settingNames = Object.keys(destination.entries);
const destinationTable = table("must be a table of destinations");
const oneDestination = v.record(
	v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "a destination's name may only contain a-z, 0-9, - and _")),
	destination,
);

/** http only on this machine, for development. */
export const publicUrl = v.pipe(
	v.string(),
	v.check(
		(text) =>
			URL.canParse(text) &&
			new URL(text).origin === text &&
			(text.startsWith("https://") || new URL(text).hostname === "localhost"),
		"must be unbind's own https origin, such as https://unbind.example.com",
	),
);

interface Destinations extends Pick<NotifySettings, "destinations" | "names"> {
	destinations: ConfiguredDestination[];
	holders: SecretHolder[];
	problems: ConfigProblem[];
}

/** Reads each destination separately: a fault in one does not affect the others. @param origin null if it is missing or faulty. */
export function readDestinations(
	value: unknown,
	secrets: ReadonlyMap<string, unknown>,
	origin: string | null,
): Destinations {
	const all: Destinations = { destinations: [], names: null, holders: [], problems: [] };
	const whole = v.safeParse(destinationTable, value);
	if (!whole.success) return { ...all, problems: problemsBySchema("NOTIFY", whole.issues, settingNames) };
	const entries = Object.entries(whole.output);
	all.names = entries.map(([name]) => folded(name));
	for (const [name, settings] of entries) {
		const part: Part = `notify/${name}`;
		all.holders.push({ setting: "NOTIFY", place: name, part, secrets: secretsNamedBy(settings, secrets) });
		const read = v.safeParse(oneDestination, { [name]: settings });
		const one = read.success ? read.output[name] : undefined;
		if (one !== undefined) readDestination(name, one, secrets, origin, all);
		else {
			// "Pager" closes "pager" too: names differ in more than capital letters.
			const closes: Part[] = [part, `notify/${folded(name)}`];
			all.problems.push(...problemsBySchema("NOTIFY", read.issues ?? [], settingNames, closes));
		}
	}
	if (entries.length > 0 && origin === null)
		all.problems.push(problemIn("PUBLIC_URL", "is needed for the links in notifications: unbind's own https origin"));
	return all;
}

function readDestination(
	name: string,
	one: v.InferOutput<typeof destination>,
	secrets: ReadonlyMap<string, unknown>,
	origin: string | null,
	{ destinations, problems }: Destinations,
): void {
	const closes: Part[] = [`notify/${name}`];
	const refuse = (rule: string, place = name): void => {
		problems.push(problemIn("NOTIFY", rule, { place, closes }));
	};
	const { url: kindUrl, form } = kinds[one.to];
	const read = readSecrets({
		owner: "NOTIFY",
		table: `NOTIFY.${name}`,
		part: `notify/${name}`,
		name: one.secret,
		value: secrets.get(one.secret),
		form,
	});
	if (!read.ok || read.value.warnings.length > 0) {
		problems.push(...(read.ok ? read.value.warnings : [read.failure]));
		return;
	}
	const lines = read.value.secrets;
	const isSecretUrl = kindUrl === "secret";
	const urls = isSecretUrl ? lines : [one.url ?? kindUrl];
	const ownHost = origin === null ? null : new URL(origin).hostname;
	const broken = urls.map((url) => brokenRule(url, ownHost)).find((rule) => rule !== null);
	if (isSecretUrl && one.url !== undefined)
		refuse(`the address for ${one.to} is a credential: put it in the secret, not in url`);
	else if (kindUrl === "needed" && one.url === undefined) refuse("name its address in url");
	else if (broken !== undefined)
		refuse(isSecretUrl ? `the address in its secret ${broken}` : broken, isSecretUrl ? name : `${name}.url`);
	else destinations.push(destinationOf(name, one, lines, urls, isSecretUrl));
}

function destinationOf(
	name: string,
	one: v.InferOutput<typeof destination>,
	lines: readonly string[],
	urls: readonly string[],
	isSecretUrl: boolean,
): ConfiguredDestination {
	const [url = ""] = urls;
	// A new routing key is another service; a new signing key or token is the same receiver.
	const identities = one.to === "pagerduty" ? lines.map((line) => `${url} ${line}`) : urls;
	return {
		name,
		to: one.to,
		url,
		secrets: isSecretUrl ? [] : lines,
		events: one.events,
		ranges: one.ranges ?? null,
		doors: one.doors ?? null,
		channel: one.channel ?? null,
		addresses: identities.map((identity) => digestOf(`${one.to} ${identity}`).slice(0, 16)),
		mark: digestOf(JSON.stringify([one, lines])).slice(0, 16),
	};
}
