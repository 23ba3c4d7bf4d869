// The setting WEBHOOKS: how senders are read, what the presets mean, and the problem reported for each mistake.
import { describe, expect, it } from "vitest";
import { sandboxSecrets, sandboxSenders } from "../../sandbox/senders.ts";
import { sandboxBindings } from "../../sandbox/settings.ts";
import { readConfig } from "../../src/config.ts";
import { guardNames } from "../../src/deletion/record/verdict.ts";
import { parsePointer } from "../../src/json-pointer.ts";
import { allProblems, inFull } from "./a-config.ts";

const secret = "A_SECRET";
const value = "a secret of some length";
const pointer = (text: string) => parsePointer(text);
const read = (senders: unknown, secrets: Record<string, unknown> = { [secret]: value }) =>
	readConfig({ ...sandboxBindings, WEBHOOKS: senders, ...secrets });
const problemsOf = (senders: unknown, secrets?: Record<string, unknown>) => {
	const config = read(senders, secrets);
	return inFull(allProblems(config));
};

function senderOf(settings: object, secrets?: Record<string, unknown>) {
	const config = read({ sender: { secret, ...settings } }, secrets);
	const sender = config.ok ? config.value.senders[0] : undefined;
	if (sender === undefined) throw new Error(JSON.stringify(config));
	return sender;
}

const signature = {
	header: null,
	algorithm: "sha256",
	encoding: "hex",
	prefix: "",
	signed: "{body}",
	timestampHeader: null,
	idHeader: null,
};

describe("a sender", () => {
	it("is read from all its settings", () => {
		const sender = senderOf({
			scheme: "hmac",
			header: "X-Signature",
			algorithm: "sha512",
			encoding: "base64",
			prefix: "v1,",
			signed: "{id}.{timestamp}.{body}",
			timestamp_header: "X-Timestamp",
			id_header: "X-Id",
			each: "/changes",
			when: { "/kind": "unbind", "#/dry": false, "/level": [1, 2] },
			target: "/binding",
			reason: "#/why",
			id: "/change",
			acknowledge: ["leaves_no_service"],
			scopes: ["delete", "read"],
			ranges: ["203.0.113.0/24", "2001:db8::/32"],
			dry_run: true,
		});
		expect(sender).toEqual({
			name: "sender",
			scheme: "hmac",
			secrets: [value],
			signature: {
				header: "x-signature",
				algorithm: "sha512",
				encoding: "base64",
				prefix: "v1,",
				signed: "{id}.{timestamp}.{body}",
				timestampHeader: "x-timestamp",
				idHeader: "x-id",
			},
			mapping: {
				each: pointer("/changes"),
				when: [
					{ at: pointer("/kind"), is: ["unbind"] },
					{ at: pointer("#/dry"), is: [false] },
					{ at: pointer("/level"), is: [1, 2] },
				],
				target: pointer("/binding"),
				reason: [pointer("#/why")],
				id: [pointer("/change")],
				formerId: [],
				truncated: null,
			},
			acknowledge: ["leaves_no_service"],
			scopes: ["delete", "read"],
			ranges: ["203.0.113.0/24", "2001:db8::/32"],
			dryRun: true,
		});
	});

	it("with only the required settings may delete, but in no range", () => {
		expect(senderOf({ scheme: "github", target: "/target" })).toEqual({
			name: "sender",
			scheme: "github",
			secrets: [value],
			signature,
			mapping: { each: null, when: [], target: pointer("/target"), reason: [], id: [], formerId: [], truncated: null },
			acknowledge: [],
			scopes: ["delete"],
			ranges: [],
			dryRun: false,
		});
	});

	it("is listed in the order of the file, as the sandbox's senders show", () => {
		const config = readConfig(sandboxBindings);
		expect(config.ok && config.value.senders.map(({ name }) => name)).toEqual(Object.keys(sandboxSenders));
		expect(readConfig({ ...sandboxBindings, WEBHOOKS: undefined })).toMatchObject({ ok: true, value: { senders: [] } });
	});

	it("has one secret per line, newest first", () => {
		const secrets = { [secret]: "\n the new secret \r\n\nthe old secret\n" };
		expect(senderOf({ scheme: "github", target: "/target" }, secrets).secrets).toEqual([
			"the new secret",
			"the old secret",
		]);
	});
});

describe("a preset equals the settings written out:", () => {
	const written = { scheme: "github", each: "/alerts", when: { "/status": "firing" } };
	const event = ["#/orgId", "/fingerprint", "/startsAt", "/status"].map(pointer);
	const reason = ["/annotations/summary", "/annotations/description", "/labels/alertname"].map(pointer);

	it.each(["alertmanager", "grafana"])("%s", (scheme) => {
		const secrets = { [secret]: "a-secret-without-spaces" };
		const preset = senderOf({ scheme, label: "a/binding~" }, secrets).mapping;
		const own = senderOf({ ...written, target: "/labels/a~1binding~0" }).mapping;
		const formerId = [pointer("#/groupKey"), ...event];
		expect(preset).toEqual({ ...own, reason, id: event, formerId, truncated: pointer("#/truncatedAlerts") });
	});

	it("pagerduty", () => {
		const preset = senderOf({ scheme: "pagerduty", label: "incident_key" }).mapping;
		const own = senderOf({
			scheme: "github",
			when: { "/event/event_type": "incident.triggered" },
			target: "/event/data/incident_key",
			reason: "/event/data/title",
			id: "/event/id",
		}).mapping;
		expect(preset).toEqual(own);
	});

	it("each part gives way to an explicit setting", () => {
		const { mapping } = senderOf({
			scheme: "pagerduty",
			target: "#/event/data/custom/binding",
			reason: "/event/data/summary",
			id: "/event/data/id",
			when: { "/event/event_type": ["incident.triggered", "incident.escalated"], "/event/data/urgency": "high" },
		});
		expect(mapping).toEqual({
			each: null,
			when: [
				{ at: pointer("/event/event_type"), is: ["incident.triggered", "incident.escalated"] },
				{ at: pointer("/event/data/urgency"), is: ["high"] },
			],
			target: pointer("#/event/data/custom/binding"),
			reason: [pointer("/event/data/summary")],
			id: [pointer("/event/data/id")],
			formerId: [],
			truncated: null,
		});
	});
});

describe("reports a mistake with the command that fixes it:", () => {
	const github = { scheme: "github", secret, target: "/target" };
	const hmac = { ...github, scheme: "hmac", header: "X-Signature" };
	const grafana = { scheme: "grafana", secret, label: "binding" };

	it.each<[object, string]>([
		[{ scheme: "github", secret }, "name the target, such as /target"],
		[{ scheme: "grafana", secret }, "name the label that holds the target"],
		[{ ...grafana, target: "/target" }, "name a label or a target, not both"],
		[{ scheme: "github", secret, label: "binding", target: "/t" }, "the scheme github has no labels; name a target"],
		[{ ...hmac, header: undefined }, "name the header that holds the signature"],
		[
			{ ...hmac, signed: "{timestamp}" },
			"signed must contain {body} exactly once, or part of the message is not protected",
		],
		[
			{ ...hmac, signed: "{body}{body}" },
			"signed must contain {body} exactly once, or part of the message is not protected",
		],
		[{ ...hmac, signed: "{timestamp}.{body}" }, "use {timestamp} in signed exactly when timestamp_header is set"],
		[{ ...hmac, timestamp_header: "X-At" }, "use {timestamp} in signed exactly when timestamp_header is set"],
		[{ ...hmac, signed: "{id}.{body}" }, "use {id} in signed exactly when id_header is set"],
		[{ ...hmac, id_header: "X-Id" }, "use {id} in signed exactly when id_header is set"],
		[{ ...github, header: "X-Mine", prefix: "v1=" }, "the scheme github does not allow setting header, prefix"],
		[
			{ ...github, scheme: "standard-webhooks", algorithm: "sha1" },
			"the scheme standard-webhooks does not allow setting algorithm",
		],
		[{ ...grafana, encoding: "base64" }, "the scheme grafana does not allow setting encoding"],
	])("settings that do not go together: %j", (sender, problem) => {
		const whsec = { [secret]: sandboxSecrets.INVENTORY_SECRET };
		expect(problemsOf({ sender }, whsec)).toContainEqual({
			setting: "WEBHOOKS",
			problem: `WEBHOOKS (sender): ${problem}`,
			fix: "Fix WEBHOOKS under [vars] in wrangler.toml, then run: npx wrangler deploy",
		});
	});

	const notAPointer =
		"must be a JSON pointer (RFC 6901), such as /labels/binding, or #/status for one into the whole payload";
	const schemes = "standard-webhooks, github, grafana, pagerduty, alertmanager, cloudflare-notifications, hmac, bearer";
	it.each<[string, unknown, string]>([
		["an unknown scheme", { ...github, scheme: "gitlab" }, `(sender.scheme): must be one of ${schemes}`],
		["no scheme", { secret, target: "/t" }, "(sender.scheme): is missing"],
		[
			"a misspelt setting",
			{ ...github, range: ["203.0.113.0/24"] },
			"(sender.range): unknown name; did you mean ranges?",
		],
		["a target that is not a pointer", { ...github, target: "target" }, `(sender.target): ${notAPointer}`],
		["a target in another language", { ...github, target: "$.target" }, `(sender.target): ${notAPointer}`],
		["a reason that is not a pointer", { ...github, reason: "reason" }, `(sender.reason): ${notAPointer}`],
		["an each that is not a pointer", { ...github, each: "/~" }, `(sender.each): ${notAPointer}`],
		["an id that is not a string", { ...github, id: 7 }, "(sender.id): must be text"],
		[
			"a condition that is not on a pointer",
			{ ...github, when: { status: "x" } },
			`(sender.when.status): ${notAPointer}`,
		],
		["conditions as a string", { ...github, when: "/status" }, "(sender.when): must be a table of pointers and values"],
		[
			"a condition without a value",
			{ ...github, when: { "/a": {} } },
			"(sender.when./a): must be a value or a list of values",
		],
		["a condition with no values", { ...github, when: { "/a": [] } }, "(sender.when./a): must not be empty"],
		["an empty label", { ...grafana, label: "" }, "(sender.label): must not be empty"],
		[
			"an unknown risk",
			{ ...github, acknowledge: ["all"] },
			`(sender.acknowledge.0): must be one of ${guardNames.join(", ")}`,
		],
		[
			"an unknown scope",
			{ ...github, scopes: ["write"] },
			"(sender.scopes.0): must be one of read, delete, approve, restore, freeze",
		],
		["no scopes", { ...github, scopes: [] }, "(sender.scopes): must not be empty"],
		[
			"a range with host bits",
			{ ...github, ranges: ["203.0.113.1/24"] },
			"(sender.ranges.0): must be a CIDR without host bits",
		],
		["ranges as a string", { ...github, ranges: "203.0.113.0/24" }, "(sender.ranges): must be a list of CIDRs"],
		["a dry run as a string", { ...github, dry_run: "yes" }, "(sender.dry_run): must be true or false"],
		["an invalid header name", { ...hmac, header: "X Signature" }, "(sender.header): must be a header's name"],
		["a broken algorithm", { ...hmac, algorithm: "md5" }, "(sender.algorithm): must be sha1, sha256, sha384 or sha512"],
		["an unknown encoding", { ...hmac, encoding: "base32" }, "(sender.encoding): must be hex or base64"],
		["an overlong prefix", { ...hmac, prefix: "p".repeat(33) }, "(sender.prefix): is too long"],
		[
			"the secret itself instead of its name",
			{ ...github, secret: "hunter22" },
			"(sender.secret): must be the name of a Worker secret, such as GRAFANA_SECRET",
		],
		["a string instead of a table", "github", "(sender): has the wrong form"],
	])("%s", (_, sender, problem) => {
		expect(problemsOf({ sender })).toEqual([
			{
				setting: "WEBHOOKS",
				problem: `WEBHOOKS ${problem}`,
				fix: "Fix WEBHOOKS under [vars] in wrangler.toml, then run: npx wrangler deploy",
			},
		]);
	});

	it.each<[string, unknown, string]>([
		[
			"a name in upper case",
			{ GitHub: github },
			"WEBHOOKS (GitHub): a sender's name may only contain a-z, 0-9, - and _",
		],
		["a name with a slash", { "a/b": github }, "WEBHOOKS (a/b): a sender's name may only contain a-z, 0-9, - and _"],
		[
			"a name that could pollute a prototype",
			{ constructor: github },
			"WEBHOOKS: constructor, prototype and __proto__ can't be used as names",
		],
		["a list instead of a table", [github], "WEBHOOKS: must be a table of senders"],
		["a string instead of the table", "github", "WEBHOOKS: must be a table of senders"],
	])("%s", (_, senders, problem) => {
		expect(problemsOf(senders).map((one) => one.problem)).toEqual([problem]);
	});

	it.each(["TOKENS", "CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN"])("%s as a sender's secret", (taken) => {
		expect(problemsOf({ sender: { ...github, secret: taken } }).map((one) => one.problem)).toEqual([
			"WEBHOOKS (sender.secret): is used for something else; every sender, chat and destination needs its own secret",
		]);
	});

	it("a name that a caller has too, because a record would not say who asked", () => {
		expect(problemsOf({ sandbox: github })).toEqual([
			{
				setting: "WEBHOOKS",
				problem: "WEBHOOKS (sandbox): a caller in TOKENS or a user in CHAT or ACCESS has the same name",
				fix: "Fix WEBHOOKS under [vars] in wrangler.toml, then run: npx wrangler deploy",
			},
		]);
	});

	it("several mistakes at once", () => {
		const senders = { one: { scheme: "hmac", secret }, two: { ...grafana, secret: "NONE" }, sandbox: github };
		expect(problemsOf(senders).map((one) => one.problem)).toEqual([
			"WEBHOOKS (one): name the target, such as /target",
			"WEBHOOKS (one): name the header that holds the signature",
			"NONE: the secret is missing",
			"WEBHOOKS (sandbox): a caller in TOKENS or a user in CHAT or ACCESS has the same name",
			"WEBHOOKS (sandbox): has the same secret as WEBHOOKS (one)",
		]);
	});
});
