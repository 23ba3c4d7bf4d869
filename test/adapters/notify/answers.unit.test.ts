// What each kind makes of an answer.
import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/adapters/notify/kinds.ts";
import { destinationKinds } from "../../../src/notify/destination.ts";

const date = "Fri, 20 Feb 2026 17:56:00 GMT";
const later = "Fri, 20 Feb 2026 17:58:00 GMT";
const answered = (kind: (typeof destinationKinds)[number], status: number, headers = {}, text = "") =>
	kinds[kind].answered(status, new Headers(headers), text);

describe.each(destinationKinds)("%s", (kind) => {
	it.each([200, 201, 202, 204])("is delivered with %d", (status) =>
		expect(answered(kind, status)).toEqual({ kind: "delivered", externalId: null }),
	);
	it.each([0, 408, 425, 429, 500, 502, 503, 504, 522])("is tried again after %d", (status) =>
		expect(answered(kind, status)).toMatchObject({ kind: "retry", afterMs: null }),
	);
	it.each([301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 413, 415, 422])("is rejected with %d", (status) =>
		expect(answered(kind, status)).toMatchObject({ kind: "rejected" }),
	);
	it("is disabled with 410", () => expect(answered(kind, 410)).toMatchObject({ kind: "disabled" }));

	it.each([
		["seconds", { "retry-after": "120" }, 120_000],
		["zero", { "retry-after": "0" }, 0],
		["a date", { "retry-after": later, date }, 120_000],
		["a date that has passed", { "retry-after": date, date: later }, 0],
		["a date from a server that has none", { "retry-after": later }, null],
		["a fraction", { "retry-after": "1.5" }, null],
		["a negative number", { "retry-after": "-5" }, null],
		["nonsense", { "retry-after": "soon", date }, null],
		["an endless number", { "retry-after": "9".repeat(30), date }, null],
	])("waits as long as Retry-After says: %s", (_, headers, afterMs) => {
		for (const status of [429, 503]) expect(answered(kind, status, headers)).toMatchObject({ kind: "retry", afterMs });
	});

	it("quotes nothing of an answer, which could hold a secret", () => {
		for (const status of [200, 302, 400, 410, 429, 500])
			expect(JSON.stringify(answered(kind, status, { "retry-after": "whsec_x" }, "whsec_x"))).not.toContain("whsec_x");
	});
});

describe("slack", () => {
	it.each([
		[200, "no_service"],
		[404, "no_service"],
		[400, "invalid_token"],
		[403, "invalid_token"],
		[404, "no_team"],
		[200, '{"ok":false,"error":"no_active_hooks"}'],
	])("is disabled with %d %s", (status, text) =>
		expect(answered("slack", status, {}, text)).toMatchObject({ kind: "disabled" }),
	);
	it("is rejected with invalid_payload", () =>
		expect(answered("slack", 400, {}, "invalid_payload")).toMatchObject({ kind: "rejected" }));
	it("is tried again after a 500 that names a service", () =>
		expect(answered("slack", 500, {}, "no_service")).toMatchObject({ kind: "retry" }));
	it("is delivered with ok", () => expect(answered("slack", 200, {}, "ok")).toMatchObject({ kind: "delivered" }));
});

describe("discord", () => {
	const limited = '{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}';
	it("waits as long as the body says", () =>
		expect(answered("discord", 429, { "retry-after": "65" }, limited)).toMatchObject({
			kind: "retry",
			afterMs: 64_570,
		}));
	it("waits as long as the header says, if the body says nothing", () =>
		expect(answered("discord", 429, { "retry-after": "65" }, "<html>")).toMatchObject({ afterMs: 65_000 }));
	it("is disabled when Discord does not know the webhook", () =>
		expect(answered("discord", 404, {}, '{"message": "Unknown Webhook", "code": 10015}')).toMatchObject({
			kind: "disabled",
		}));
});

describe("grafana", () => {
	it("keeps the id of the annotation", () =>
		expect(answered("grafana", 200, {}, '{"id":9007199254740993,"message":"Annotation added"}')).toEqual({
			kind: "delivered",
			externalId: "9007199254740993",
		}));
	it("has none from a change", () =>
		expect(answered("grafana", 200, {}, '{"message":"Annotation patched"}')).toEqual({
			kind: "delivered",
			externalId: null,
		}));
});
