// Twenty thousand requests, most of them absurd, half of them from callers who may delete nothing. Every answer is one of
// the contract's, and Cloudflare only gets the calls that a deletion needs.

import { exports } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { sandboxApiToken } from "../../sandbox/imitation/credentials.ts";
import type { OrderInput } from "../../sandbox/imitation/faults.ts";
import { cloudflare, origin } from "../harness.ts";
import {
	accountId,
	cdn25,
	cdn26,
	prefixes,
	resetAll,
	shop24,
	v6Regional64,
	v6Spectrum64,
	withoutLateRefusals,
	withoutPauses,
} from "./account.ts";
import { callConfigured } from "./configured.ts";
import { signedIn } from "./page/visitor.ts";

afterEach(resetAll);

const requestsEach = 10_000;
const requestsAtOnce = 50;

interface Shot {
	method: string;
	path: string;
	headers: [string, string][];
	body: string | Uint8Array | null;
	/** Has a session of the page. */
	signedIn: boolean;
	scheme: string;
}

const dashed = (id: string): string => id.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
/** The credential in the spellings an answer could use. */
const leaks = [sandboxApiToken, btoa(sandboxApiToken).slice(0, 30), encodeURIComponent(sandboxApiToken)];

const oneOf = <Item>(...items: Item[]) => fc.constantFrom(...items);
const words = (text: string): string[] => text.split(" ");
const junk = fc.oneof(
	fc.string({ maxLength: 30 }),
	fc.string({ unit: "binary", maxLength: 10 }),
	fc.webPath({ size: "small" }),
	fc
		.tuple(
			oneOf("\u2028", "\u2029", "\u200e", "\u200f", "\u061c", "\u202e", "\u200b=", "\ufeff+", " @", ";-", "\u212a"),
			oneOf("1+1", "https://evil.example", "www.evil.example", "cmd|' /C calc'!A0"),
		)
		.map((parts) => parts.join("")),
);
const encoded = junk.map((text) => encodeURIComponent(text.toWellFormed()));

const target = fc.oneof(
	{
		weight: 8,
		arbitrary: oneOf("203.0.113.128/25", "203.0.113.0/26", "2001:db8:100:1::/64", "2001:DB8:100::/48", "edge-cdn"),
	},
	{
		weight: 4,
		arbitrary: oneOf(cdn25, cdn26, shop24, v6Spectrum64, v6Regional64, "c01d0000-0000-0000-0000-000000000003"),
	},
	{
		weight: 3,
		arbitrary: oneOf("..", "%2e%2e%2f..", "*", "", "203.0.113.0/24/..", "%00", "%", "0.0.0.0/0", "__proto__"),
	},
	{ weight: 1, arbitrary: fc.ipV4().map((address) => `${address}/32`) },
	{ weight: 1, arbitrary: fc.ipV6() },
	{ weight: 2, arbitrary: encoded },
);
const bindingsAt = fc
	.tuple(
		oneOf(accountId, accountId, accountId, "f".repeat(32), "..", ""),
		oneOf(...Object.values(prefixes), "f".repeat(32), "..", "%2e%2e", "x"),
		fc.oneof(target, fc.constant(null)),
	)
	.map(
		([account, prefix, binding]) =>
			`/client/v4/accounts/${account}/addressing/prefixes/${prefix}/bindings${binding === null ? "" : `/${binding}`}`,
	);
const path = fc.oneof(
	{ weight: 4, arbitrary: target.map((name) => `/bindings/${name}`) },
	{
		weight: 2,
		arbitrary: oneOf(...words("/bindings /deletions /health / /client/v4/ /deletions/7zzzzzzzzzzzzzzzzzzzzzzzzz")),
	},
	{ weight: 3, arbitrary: bindingsAt },
	{ weight: 1, arbitrary: encoded.map((id) => `/deletions/${id}`) },
	{
		weight: 2,
		arbitrary: oneOf(...words("/ /account /export.csv /export.ndjson /records/7zzzzzzzzzzzzzzzzzzzzzzzzz /sign-in")),
	},
	{ weight: 1, arbitrary: target.map((name) => `/account/${name}`) },
	{ weight: 1, arbitrary: encoded.map((id) => `/records/${id}`) },
	{ weight: 1, arbitrary: fc.webPath({ size: "small" }).map((text) => `/${text}`) },
	{ weight: 1, arbitrary: encoded.map((text) => `/${text}`) },
);
const parameter = fc
	.tuple(
		oneOf(
			...words(
				"reason acknowledge covering limit cursor state binding prefix since until actor door q service x __proto__",
			),
		),
		fc.oneof(
			oneOf(
				"",
				"1",
				"leaves_no_service",
				"still_provisioning",
				"203.0.113.7",
				"2026-02-20",
				"9999-12-31T23:59:59Z",
				cdn25,
				"deleted",
			),
			fc.base64String({ maxLength: 40 }),
			encoded,
		),
	)
	.map((pair) => pair.join("="));
/** One name repeated, or many names: some short enough to be read, some too long. */
const crowd = fc
	.tuple(oneOf(3, 300, 900, 1800, 3000), fc.boolean())
	.map(([length, same]) => Array.from({ length }, (_, index) => `${same ? "a" : index.toString(36)}=1`).join("&"));
const query = fc.oneof(
	{
		weight: 40,
		arbitrary: fc
			.array(parameter, { maxLength: 3, size: "xsmall" })
			.map((all) => (all.length === 0 ? "" : `?${all.join("&")}`)),
	},
	{ weight: 1, arbitrary: crowd.map((text) => `?${text}`) },
);

const visible = fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, "~"));
const authorization = fc.oneof(
	{ weight: 16, arbitrary: oneOf("Bearer unbind_sandbox") },
	{
		weight: 2,
		arbitrary: oneOf(
			"Bearer unbind_sandbox_approver",
			"bearer 144c9defac04969c7bfad8efaa8ea194",
			"Bearer guess",
			"Basic eDp5",
		),
	},
	{ weight: 1, arbitrary: visible },
);
const header = fc.oneof(
	fc.tuple(oneOf("if-match", "if-none-match"), fc.oneof(oneOf("*", '"a.b"', 'W/"x-1"', '"'), visible)),
	fc.tuple(oneOf("idempotency-key"), fc.oneof(oneOf("k1", "k2", '"k1"'), visible)),
	fc.tuple(oneOf("prefer"), fc.oneof(oneOf("wait=0", "wait=1", "respond-async"), visible)),
	fc.tuple(
		oneOf("accept"),
		fc.oneof(oneOf("text/csv", "application/x-ndjson", "*/*;q=x", "text/csv;q=1e999"), visible),
	),
	fc.tuple(
		oneOf("x-auth-email", "x-auth-key", "cf-connecting-ip", "x-forwarded-host", "x-http-method-override"),
		visible,
	),
	fc.tuple(oneOf("x-auth-email"), oneOf("user@example.com", "USER@example.com", "u\u017fer@example.com")),
	fc.tuple(oneOf("x-auth-key"), oneOf("144c9defac04969c7bfad8efaa8ea194", "guess")),
	fc.tuple(oneOf("cf-connecting-ip"), fc.ipV6()),
);
const headers = fc
	.tuple(
		fc.option(authorization, { freq: 15 }),
		fc.array(header, { maxLength: 2 }),
		oneOf("application/json", "application/json", "text/plain", "application/x-www-form-urlencoded"),
	)
	.map(([token, more, type]): [string, string][] => [
		...(token === null ? [] : [["authorization", token] as [string, string]]),
		...more,
		["content-type", type],
	]);

const body = fc.oneof(
	fc
		.record(
			{
				target,
				reason: junk,
				acknowledge: fc.array(oneOf("leaves_no_service", "x"), { maxLength: 2 }),
				dry_run: fc.boolean(),
			},
			{ requiredKeys: [] },
		)
		.map((value) => JSON.stringify(value)),
	target.map((name) => JSON.stringify({ target: name })),
	fc
		.tuple(target, target, oneOf("target", "t\\u0061rget", "dry_run"))
		.map(([one, other, name]) => `{"target": ${JSON.stringify(one)}, "${name}": ${JSON.stringify(other)}}`),
	crowd,
	fc.json({ maxDepth: 2 }),
	fc.json().map((text) => text.slice(0, -1)),
	fc.uint8Array({ maxLength: 40 }),
	fc.constant(null),
);
const method = fc.oneof(
	{ weight: 9, arbitrary: oneOf("GET", "DELETE", "POST") },
	{ weight: 2, arbitrary: oneOf("HEAD", "PUT", "PATCH", "OPTIONS", "PROPFIND") },
);
const shot: fc.Arbitrary<Shot> = fc
	.tuple(method, path, query, headers, body, fc.boolean(), oneOf(...Array(30).fill("https"), "http"))
	.map(([verb, at, search, all, content, signedIn, scheme]) => ({
		method: verb,
		path: at + search,
		headers: all,
		body: verb === "GET" || verb === "HEAD" ? null : content,
		signedIn,
		scheme,
	}));

/** Echoes the credential, also escaped and in place of the Ray id. */
const escaped = [...sandboxApiToken].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
const echo = `{"success":false,"errors":[{"code":1000,"${escaped}":"Bearer ${escaped}"}],"messages":["${btoa(sandboxApiToken)}"]}`;
const twice = { success: true, errors: [], messages: [], result: [cdn25, cdn26, dashed(cdn25)].map((id) => ({ id })) };

/** Makes Cloudflare fail now and then. */
const fault = oneOf<OrderInput["fault"]>(
	{ kind: "respond", status: 400, body: echo, headers: { "cf-ray": sandboxApiToken } },
	{ kind: "respond", status: 500, body: `<p>${encodeURIComponent(sandboxApiToken)} ${btoa(`x${sandboxApiToken}`)}` },
	{ kind: "html" },
	{ kind: "garbage" },
	{ kind: "empty" },
	{ kind: "drop_before" },
	{ kind: "drop_after" },
	{ kind: "drop_mid_body" },
	{ kind: "redirect" },
);
const times = fc.integer({ min: 1, max: 3 });
const unclearList = fc.record({
	fault: oneOf<OrderInput["fault"]>({ kind: "respond", body: twice }),
	method: oneOf("GET" as const),
	times,
});
const trouble = fc.array(fc.oneof({ weight: 4, arbitrary: fc.record({ fault, times }) }, unclearList), {
	maxLength: 2,
});

const allowedStatuses = new Set([502, 503, 504]);
const allowedPath =
	/^\/client\/v4\/accounts\/258def64c72dae45f3e4c8516e2111f2\/addressing\/prefixes(?:\/[0-9a-f-]{32,36}\/bindings(?:\/[0-9a-f-]{32,36})?)?$/;

async function fire(
	{ method, path: at, headers: all, body: content, signedIn, scheme }: Shot,
	cookie: string,
): Promise<number> {
	const sent: [string, string][] = signedIn ? [...all, ["cookie", cookie]] : all;
	const address = `${origin.replace("https", scheme)}${at}`;
	const request = new Request(address, { method, headers: sent, body: content, redirect: "manual" });
	const response = await exports.default.fetch(request);
	const { status } = response;
	const type = response.headers.get("content-type") ?? "";
	const text = await response.text();
	for (const spelling of leaks) expect(text).not.toContain(spelling);
	expect(status < 500 || allowedStatuses.has(status) || `${status}: ${text}`).toBe(true);
	expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
	if (method === "HEAD") expect(text).toBe("");
	else if (type.startsWith("text/html")) expect(text).toMatch(/^<!doctype html>\n<html lang="en">.*<\/html>$/s);
	else if (status >= 400 && new URL(request.url).pathname !== "/health") {
		const told = JSON.parse(text);
		if (type.startsWith("application/problem+json"))
			expect(told).toMatchObject({ status, code: expect.any(String), detail: expect.any(String) });
		else expect(told).toMatchObject({ success: false, errors: [expect.anything()] });
	}
	return status;
}

/** The same request from a caller who may read and approve, or from a stranger. */
const powerless = (one: Shot): Shot => ({
	...one,
	signedIn: false,
	headers: one.headers.map(([name, value]) => {
		if (value === "Bearer unbind_sandbox") return [name, "Bearer unbind_sandbox_approver"];
		return [name, value.replace("144c9defac04969c7bfad8efaa8ea194", "guess")];
	}),
});

const anyone = (one: Shot): Shot => one;

it.each([
	["anyone", anyone, ["GET", "DELETE"], [200, 400, 401, 403, 404, 405, 414, 422]],
	[
		"callers who may delete nothing, and no binding is touched",
		powerless,
		["GET"],
		[200, 400, 401, 403, 404, 405, 414],
	],
])(
	"no undocumented answer and no unexpected call to Cloudflare for requests of %s",
	{
		timeout: 120_000,
	},
	async (_, of, methods, expected) => {
		withoutPauses();
		withoutLateRefusals();
		const { cookie } = await signedIn();
		const statuses = new Map<number, number>();
		const shots = fc.array(shot.map(of), { minLength: requestsAtOnce, maxLength: requestsAtOnce });
		await fc.assert(
			fc.asyncProperty(shots, trouble, async (all, orders) => {
				await cloudflare.order(...orders);
				for (const status of await Promise.all(all.map((one) => fire(one, cookie))))
					statuses.set(status, (statuses.get(status) ?? 0) + 1);
				for (const { method, path: asked } of await cloudflare.log()) {
					expect(asked).toMatch(allowedPath);
					expect(methods).toContain(method);
					if (method === "DELETE") expect(asked).toMatch(/\/bindings\/[0-9a-f-]+$/);
				}
				const { prefixes: standing } = await cloudflare.state();
				expect(standing).toHaveLength(Object.keys(prefixes).length);
				await cloudflare.reset();
			}),
			{ numRuns: requestsEach / requestsAtOnce, seed: 20_260_220, endOnFailure: true },
		);
		// Requests got through: plans, deletions and refusals were among them.
		for (const status of expected)
			expect([status, statuses.get(status) ?? 0]).toEqual([status, expect.toSatisfy((count) => count > 0)]);
	},
);

it("no configuration makes unbind crash, and its problems quote nothing from the configuration", {
	timeout: 60_000,
}, async () => {
	withoutPauses();
	withoutLateRefusals();
	const pasted = fc.stringMatching(/^[A-Za-z0-9_-]{12,40}$/).map((text) => `pasted${text}`);
	const value = fc.oneof(
		pasted,
		fc.jsonValue({ maxDepth: 2 }),
		pasted.map((text) => ({ [text]: { secret: text, [text]: text } })),
	);
	const name = oneOf(
		...words("ALIASES GUARDS PROTECTED WEBHOOKS CHAT ACCESS TOKENS BUDGET_DELETIONS CLOUDFLARE_API_TOKEN"),
		...words("ALIAS BUDGET_DELETION protected TOKEN CHATS KEEP_OUT GITHUB_SECRET"),
	);
	const settings = fc.dictionary(fc.oneof({ weight: 5, arbitrary: name }, pasted), value, { minKeys: 1, maxKeys: 3 });
	const statuses = new Set<number>();
	await fc.assert(
		fc.asyncProperty(settings, async (given) => {
			const { status, text } = await callConfigured(given, "/bindings");
			statuses.add(status);
			expect([401, 503]).toContain(status);
			expect(text).not.toContain("pasted");
		}),
		{ numRuns: 500, seed: 20_260_220, endOnFailure: true },
	);
	expect([...statuses].toSorted()).toEqual([401, 503]);
});
