import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { allProblems, good, problemsOf, told } from "./a-config.ts";

const secretUrl = "https://hooks.slack.example/services/T0/B0/verysecretpath";
const slack = { to: "slack", secret: "CHANNEL_URL", events: ["deletion.*"] };
const hook = { to: "webhook", url: "https://hooks.example.com/unbind", secret: "HOOK_KEY", events: ["*"] };
const pager = { to: "pagerduty", secret: "PAGER_KEY", events: ["approval.requested"] };
const base = {
	...good,
	PUBLIC_URL: "https://unbind.example.com",
	CHANNEL_URL: secretUrl,
	HOOK_KEY: `whsec_${"A".repeat(32)}`,
	PAGER_KEY: "0123456789abcdef0123456789abcdef",
};
const withNotify = (NOTIFY: unknown, more: object = {}) => readConfig({ ...base, NOTIFY, ...more });
const destinationsOf = (config: ReturnType<typeof readConfig>) => {
	if (!config.ok) throw new Error(JSON.stringify(config.failure));
	return config.value.notify.destinations;
};
const broken = (NOTIFY: unknown, more: object = {}) => told({ ...base, NOTIFY, ...more });
const closedBy = (NOTIFY: unknown, more: object = {}) => [
	...new Set(allProblems(withNotify(NOTIFY, more)).flatMap(({ closes }) => closes)),
];

describe("NOTIFY", () => {
	it("reads a destination of each form", () => {
		const config = withNotify({
			slack: { ...slack, channel: "C0AB" },
			hook: { ...hook, ranges: ["203.0.113.0/24"], doors: ["api"] },
			pager,
		});
		expect(allProblems(config)).toEqual([]);
		expect(destinationsOf(config)).toMatchObject([
			{ name: "slack", to: "slack", url: secretUrl, secrets: [], channel: "C0AB", ranges: null, doors: null },
			{ name: "hook", url: hook.url, secrets: [base.HOOK_KEY], ranges: ["203.0.113.0/24"], doors: ["api"] },
			{ name: "pager", url: "https://events.pagerduty.com", secrets: [base.PAGER_KEY] },
		]);
	});

	it("is empty by default, and then needs no PUBLIC_URL", () => {
		const config = readConfig(good);
		expect(allProblems(config)).toEqual([]);
		expect(config.ok && config.value.notify).toEqual({ origin: null, destinations: [], names: [] });
		const named = readConfig({ ...good, PUBLIC_URL: "https://unbind.example.com" });
		expect(named.ok && named.value.notify).toEqual({
			origin: "https://unbind.example.com",
			destinations: [],
			names: [],
		});
	});

	it("knows a chat by the address in use and the one before, and changes its mark with any setting", () => {
		const [one] = destinationsOf(withNotify({ slack }));
		const [rotated] = destinationsOf(withNotify({ slack }, { CHANNEL_URL: `${secretUrl}2\n${secretUrl}` }));
		expect(rotated).toMatchObject({ url: `${secretUrl}2` });
		expect(rotated?.addresses).toEqual([expect.any(String), one?.addresses[0]]);
		const [wider] = destinationsOf(withNotify({ slack: { ...slack, events: ["*"] } }));
		expect(wider?.addresses).toEqual(one?.addresses);
		expect(new Set([one?.mark, rotated?.mark, wider?.mark]).size).toBe(3);
	});

	it("lets two destinations share a secret, and no sender or caller share it with them", () => {
		expect(broken({ slack, other: { ...slack, events: ["watch.*"] } })).toEqual([]);
		const sender = { scheme: "standard-webhooks", secret: "IN_KEY", target: "/target" };
		const shared = { WEBHOOKS: { alerts: sender }, IN_KEY: base.HOOK_KEY };
		expect(broken({ hook }, shared)).toEqual(["NOTIFY (hook): has the same secret as WEBHOOKS (alerts)"]);
		expect(closedBy({ hook }, shared)).toEqual(["notify/hook", "webhooks/alerts"]);
	});

	it.each<[string, unknown, string]>([
		["a text instead of a table", "slack", "NOTIFY: must be a table of destinations"],
		["an unknown kind", { one: { ...slack, to: "irc" } }, "NOTIFY (one.to): must be one of webhook, slack"],
		[
			"an unknown name",
			{ one: { ...slack, chanel: "C0AB" } },
			"NOTIFY (one.chanel): unknown name; did you mean channel?",
		],
		[
			"an unknown event",
			{ one: { ...slack, events: ["deletion.delete"] } },
			"unknown event; did you mean deletion.deleted?",
		],
		["an event far from all", { one: { ...slack, events: ["everything"] } }, "NOTIFY (one.events.0): unknown event"],
		["no events", { one: { ...slack, events: [] } }, "NOTIFY (one.events): must not be empty"],
		["missing events", { one: { to: "slack", secret: "CHANNEL_URL" } }, "NOTIFY (one.events): is missing"],
		["empty ranges", { one: { ...slack, ranges: [] } }, "NOTIFY (one.ranges): must not be empty"],
		["a range with host bits", { one: { ...slack, ranges: ["203.0.113.1/24"] } }, "must be a CIDR without host bits"],
		["an unknown door", { one: { ...slack, doors: ["phone"] } }, "NOTIFY (one.doors.0): must be one of api"],
		["a capital letter in a name", { One: slack }, "a destination's name may only contain a-z, 0-9, - and _"],
		["a secret that is missing", { one: { ...slack, secret: "NOT_THERE" } }, "NOT_THERE: the secret is missing"],
		["unbind's own secret", { one: { ...slack, secret: "TOKENS" } }, "is used for something else"],
		["no address", { one: { ...hook, url: undefined } }, "NOTIFY (one): name its address in url"],
		["a chat's address in url", { one: { ...slack, url: secretUrl } }, "the address for slack is a credential"],
	])("refuses %s", (_, NOTIFY, problem) => expect(broken(NOTIFY).join("\n")).toContain(problem));

	it.each([
		["http://hooks.example.com/", "must be an https address"],
		["ftp://hooks.example.com/", "must be an https address"],
		["hooks.example.com", "must be an address"],
		["https://hooks.example.com/a b", "must be an address"],
		["https:\\\\hooks.example.com", "must be an address"],
		["https://127.0.0.1/", "must name a host, not an IP address"],
		["https://127.0.0.1./", "must name a host, not an IP address"],
		["https://2130706433/", "must name a host, not an IP address"],
		["https://0x7f000001/", "must name a host, not an IP address"],
		["https://0177.0.0.1/", "must name a host, not an IP address"],
		["https://127.1/", "must name a host, not an IP address"],
		["https://[::1]/", "must name a host, not an IP address"],
		["https://[::ffff:127.0.0.1]/", "must name a host, not an IP address"],
		["https://user@hooks.example.com/", "must have no user name and no password"],
		["https://user:word@hooks.example.com/", "must have no user name and no password"],
		["https://@hooks.example.com/", "must have no user name and no password"],
		["https://unbind.example.com/webhooks/x", "must not be unbind's own address (PUBLIC_URL)"],
		["https://UNBIND.example.com:8443/", "must not be unbind's own address (PUBLIC_URL)"],
		["https://hooks.example.com./", "must have no dot at the end of its host"],
		["https://localhost/", "must name a public host"],
		["https://hooks/", "must name a public host"],
		["https://a.localhost/", "must name a public host"],
		["https://printer.local/", "must name a public host"],
		["https://metadata.google.internal/", "must name a public host"],
		["https://hooks.example.com/#x", "must not contain #"],
	])("refuses the address %s", (url, rule) => {
		expect(broken({ one: { ...hook, url } }).join("\n")).toContain(`NOTIFY (one.url): ${rule}`);
	});

	it("quotes no address that is a secret", () => {
		for (const value of [
			"http://hooks.slack.example/very-secret-path",
			"https://unbind.example.com/very-secret-path",
		]) {
			const problems = problemsOf({ ...base, NOTIFY: { one: slack }, CHANNEL_URL: value });
			expect(problems).not.toEqual([]);
			expect(JSON.stringify(problems)).not.toContain("very-secret-path");
		}
	});

	it("refuses a secret that can be guessed", () => {
		const grafana = { to: "grafana", url: "https://grafana.example.com", secret: "GRAFANA_TOKEN", events: ["*"] };
		expect(broken({ grafana }, { GRAFANA_TOKEN: "short-token" }).join()).toContain("fewer than 24 characters");
	});
});

describe("a fault", () => {
	it.each<[string, unknown, object, string[]]>([
		["in one destination", { one: { ...slack, to: "x" }, hook }, {}, ["notify/one"]],
		["in its secret", { one: slack }, { CHANNEL_URL: "" }, ["notify/one"]],
		["in a name's capital letters", { One: slack, one: slack }, {}, ["notify/One", "notify/one"]],
		["in the whole table", [], {}, ["notify"]],
		["in PUBLIC_URL", { slack }, { PUBLIC_URL: "https://unbind.example.com/x" }, ["notify"]],
		["that is a missing PUBLIC_URL", { slack }, { PUBLIC_URL: undefined }, ["notify"]],
		["that is a misspelt table", undefined, { NOTIFI: { slack } }, ["notify"]],
	])("%s closes what needs it", (_, NOTIFY, more, parts) => expect(closedBy(NOTIFY, more)).toEqual(parts));

	it("in one destination leaves the others as they are, and keeps its name", () => {
		const config = withNotify({ one: { ...slack, to: "x" }, hook });
		expect(destinationsOf(config).map(({ name }) => name)).toEqual(["hook"]);
		expect(config.ok && config.value.notify.names).toEqual(["one", "hook"]);
	});
});
