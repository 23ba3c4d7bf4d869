// The control client of tests inside workerd: what it orders is what unbind sees at Cloudflare.
import { beforeEach, expect, it } from "vitest";
import { call, cloudflare } from "./harness.ts";

beforeEach(() => cloudflare.reset());

const cidr = "203.0.113.128/25";
const covering = async () =>
	(await call("/bindings?covering=203.0.113.130")).json.prefixes[0].bindings.map(
		(binding: { cidr: string }) => binding.cidr,
	);

it("has others delete a binding", async () => {
	expect(await covering()).toContain(cidr);
	const { deleted } = await cloudflare.elsewhere({ delete: [cidr], by: { how: "dash", email: "a@example.com" } });
	expect(deleted).toMatchObject([{ cidr }]);
	expect(await covering()).not.toContain(cidr);
});

it("rejects an order that is refused, with what is right", async () => {
	await expect(cloudflare.elsewhere({ delete: ["192.0.2.0/24"] })).rejects.toThrow(
		'POST elsewhere: 404 {"error":"no binding has the CIDR or id 192.0.2.0/24"}',
	);
});

it("makes reads lag, and moves Cloudflare's time", async () => {
	await cloudflare.behave({ lags: [{ seconds: 60 }] });
	await cloudflare.elsewhere({ delete: [cidr] });
	expect(await covering()).toContain(cidr);
	await cloudflare.clock({ advance_seconds: 60 });
	expect(await covering()).not.toContain(cidr);
});
