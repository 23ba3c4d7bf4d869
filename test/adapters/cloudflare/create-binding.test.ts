import { afterEach, describe, expect, it, vi } from "vitest";
import { accountId } from "../../../sandbox/imitation/account.ts";
import type { OrderInput } from "../../../sandbox/imitation/faults.ts";
import { cloudflare } from "../../harness.ts";
import { addressingOf, edgeId, id, shared } from "./an-addressing.ts";

afterEach(async () => {
	vi.restoreAllMocks();
	await cloudflare.reset();
});

const serviceId = "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52";
const wanted = { cidr: "203.0.113.192/27", serviceId };
const posts = async () => (await cloudflare.log()).filter(({ method }) => method === "POST");

describe("a creation", () => {
	it("returns Cloudflare's answer and the binding it shows", async () => {
		const { addressing, slept } = addressingOf();
		const reply = await addressing.createBinding(edgeId, wanted);
		expect(reply).toMatchObject({
			ok: true,
			value: {
				answer: { status: 201, success: true, ray: expect.stringMatching(/-AMS$/) },
				binding: { cidr: "203.0.113.192/27", range: { length: 27 }, serviceId, provisioningState: "provisioning" },
			},
		});
		const listing = await addressing.listBindings(edgeId, shared);
		expect(listing.ok && listing.value.items).toContainEqual(reply.ok && reply.value.binding);
		expect(slept).toEqual([]);
	});

	it("sends only the CIDR and the service as JSON to the prefix's bindings", async () => {
		const fetched = vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json({ success: true }));
		await addressingOf().addressing.createBinding(edgeId, wanted);
		const [url, request] = fetched.mock.lastCall ?? [];
		const path = `/accounts/${accountId}/addressing/prefixes/${edgeId}/bindings`;
		expect(url).toBe(`https://api.cloudflare.com/client/v4${path}`);
		expect(request).toMatchObject({ method: "POST", redirect: "manual" });
		expect(request?.headers).toMatchObject({ "content-type": "application/json" });
		expect(JSON.parse(String(request?.body))).toEqual({ cidr: "203.0.113.192/27", service_id: serviceId });
	});

	it.each<[OrderInput["fault"], string]>([
		[{ kind: "drop_before" }, "unclear"],
		[{ kind: "drop_after" }, "unclear"],
		[{ kind: "hang_after" }, "unclear"],
		[{ kind: "reject", status: 500 }, "unclear"],
		[{ kind: "garbage" }, "unclear"],
		[{ kind: "respond", body: { result: { id: "x" } } }, "unclear"],
		[{ kind: "throttle", retry_after: 1 }, "throttled"],
		[{ kind: "reject", status: 403 }, "credential_rejected"],
	])("is never repeated: %j", async (fault, kind) => {
		const { addressing, slept } = addressingOf({ timeoutMs: fault.kind === "hang_after" ? 300 : 5000 });
		await cloudflare.order({ fault, method: "POST" });
		expect(await addressing.createBinding(edgeId, wanted)).toMatchObject({ ok: false, failure: { kind } });
		expect(await posts()).toHaveLength(1);
		expect(slept).toEqual([]);
	});

	it("is refused with Cloudflare's own errors if the CIDR is already bound", async () => {
		const { addressing } = addressingOf();
		expect(await addressing.createBinding(edgeId, { ...wanted, cidr: "203.0.113.0/26" })).toMatchObject({
			ok: false,
			failure: { kind: "refused", answer: { status: 409, errors: [{ code: 1108 }] } },
		});
	});

	it("is refused if there is no such prefix", async () => {
		const { addressing } = addressingOf();
		expect(await addressing.createBinding(id("b10c0000000000000000000000000099"), wanted)).toMatchObject({
			failure: { kind: "refused", answer: { status: 400, errors: [{ code: 1003 }] } },
		});
	});

	it.each<[string, OrderInput["fault"]]>([
		["has no result", { kind: "respond", status: 201, body: { success: true } }],
		[
			"has no id in its result",
			{ kind: "respond", status: 201, body: { success: true, result: { cidr: "203.0.113.192/27" } } },
		],
		["has an empty result", { kind: "respond", status: 201, body: { success: true, result: null } }],
		["is empty", { kind: "empty", status: 201 }],
	])("is unclear if the answer %s", async (_, fault) => {
		await cloudflare.order({ fault, method: "POST" });
		expect(await addressingOf().addressing.createBinding(edgeId, wanted)).toMatchObject({
			ok: false,
			failure: { kind: "unclear" },
		});
	});
});
