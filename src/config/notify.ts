// The settings NOTIFY and PUBLIC_URL: whom unbind tells about what happens, where they listen, and which events they want. A
// chat's address is its credential, so it is a secret, and no problem quotes it.
import * as v from "valibot";
import { doors, folded } from "../deletion/record/actor.ts";
import { digestOf } from "../deletion/record/digest.ts";
import { fail, ok, type Result } from "../deletion/result.ts";
import { nearestOf } from "../nearest.ts";
import { type Destination, type DestinationKind, destinationKinds } from "../notify/destination.ts";
import { eventPatterns } from "../notify/subscription.ts";
import { brokenRule } from "./destination-url.ts";
import { type Entries, readEntries } from "./entries.ts";
import { cidrList, matching, oneOf, secretName } from "./fields.ts";
import { type ConfigProblem, partIn, problemIn } from "./problem.ts";
import { readSecrets, type SecretValues } from "./secrets.ts";

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

const address = { pattern: /^https:\/\/[\x21-\x7e]+$/, description: "an https address" };

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
	slack: { url: "secret", form: address },
	discord: { url: "secret", form: address },
	mattermost: { url: "secret", form: address },
	teams: { url: "secret", form: address },
	pagerduty: {
		url: "https://events.pagerduty.com",
		form: { pattern: /^[A-Za-z0-9]{32}$/, description: "an integration key: 32 letters and digits" },
	},
	grafana: { url: "needed", form: { pattern: /^[\x21-\x7e]+$/, description: "a token without spaces" } },
};

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
	to: oneOf(destinationKinds),
	secret: secretName("NETWORK_CHANNEL_URL"),
	url: v.optional(v.string("must be text")),
	events: v.pipe(v.array(eventName, "must be a list of events"), v.minLength(1, "must not be empty")),
	ranges: v.optional(v.pipe(cidrList, v.minLength(1, "must not be empty"))),
	doors: v.optional(v.pipe(v.array(oneOf(doors), "must be a list"), v.minLength(1, "must not be empty"))),
	channel: v.optional(matching(/^[A-Za-z0-9]{2,32}$/, "must be a channel's id")),
});

type DestinationSettings = v.InferOutput<typeof destination>;

const oneDestination = v.record(
	matching(/^[a-z0-9][a-z0-9_-]{0,62}$/, "a destination's name may only contain a-z, 0-9, - and _"),
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

interface Destinations extends Entries {
	destinations: ConfiguredDestination[];
}

/** @param origin null if it is missing or faulty. */
export function readDestinations(value: unknown, secrets: SecretValues, origin: string | null): Destinations {
	const destinations: ConfiguredDestination[] = [];
	const entries = readEntries(
		{
			setting: "NOTIFY",
			rule: "must be a table of destinations",
			schema: oneDestination,
			names: Object.keys(destination.entries),
			// "Pager" closes "pager" too: names differ in more than capital letters.
			meant: folded,
		},
		value,
		secrets,
		(name, one) => {
			const read = readDestination(name, one, secrets, origin);
			if (!read.ok) return read.failure;
			destinations.push(read.value);
			return [];
		},
	);
	const names = entries.names.map(folded);
	if (names.length > 0 && origin === null)
		entries.problems.push(
			problemIn("PUBLIC_URL", "is needed for the links in notifications: unbind's own https origin"),
		);
	return { ...entries, names, destinations };
}

function readDestination(
	name: string,
	one: DestinationSettings,
	values: SecretValues,
	origin: string | null,
): Result<ConfiguredDestination, ConfigProblem[]> {
	const refused = (rule: string, place = name) =>
		fail([problemIn("NOTIFY", rule, { place, closes: [partIn("NOTIFY", name)] })]);
	const { url: kindUrl, form } = kinds[one.to];
	const read = readSecrets({ setting: "NOTIFY", place: name, name: one.secret, form }, values);
	if (!read.ok) return fail([read.failure]);
	const { secrets, warnings } = read.value;
	if (warnings.length > 0) return fail(warnings);
	const isSecretUrl = kindUrl === "secret";
	if (isSecretUrl && one.url !== undefined)
		return refused(`the address for ${one.to} is a credential: put it in the secret, not in url`);
	if (kindUrl === "needed" && one.url === undefined) return refused("name its address in url");
	const urls = isSecretUrl ? secrets : [one.url ?? kindUrl];
	const ownHost = origin === null ? null : new URL(origin).hostname;
	const broken = urls.map((url) => brokenRule(url, ownHost)).find((rule) => rule !== null);
	if (broken === undefined) return ok(destinationOf(name, one, secrets, urls, isSecretUrl));
	return isSecretUrl ? refused(`the address in its secret ${broken}`) : refused(broken, `${name}.url`);
}

function destinationOf(
	name: string,
	one: DestinationSettings,
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
