// What others do at Cloudflare, behind unbind's back.
import { beforeEach, describe, expect, it } from "vitest";
import { bindingId, bindingPath, call, control, prefixId, prefixPath } from "../../../sandbox/imitation/caller.ts";
import { createImitation, type Imitation } from "../../../sandbox/imitation/imitation.ts";

const cdn = "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52";
const spectrum = "a3d7b91e6c2048f5b0e4d8c7f1a29635";
const cidr = "203.0.113.128/25";

let imitation: Imitation;
beforeEach(() => {
	imitation = createImitation();
});

const elsewhere = (order: unknown) => control(imitation, "POST", "/elsewhere", order);
const bound = () => imitation.snapshot().prefixes.flatMap(({ bindings }) => bindings);
const at = (wanted: string) => bound().find((binding) => binding.cidr === wanted);

describe("deleting", () => {
	it("takes CIDRs and ids, and answers with what was deleted", async () => {
		const { status, body } = await elsewhere({ delete: [cidr, "c01d0000000000000000000000000004"] });
		expect(status).toBe(200);
		expect(body).toEqual({
			deleted: [
				expect.objectContaining({ id: bindingId, prefix_id: prefixId, cidr, service_id: cdn, service_name: "CDN" }),
				expect.objectContaining({ id: "c01d0000000000000000000000000004", cidr: "198.51.100.0/24" }),
			],
			created: [],
			changed: [],
			advertised: [],
		});
		expect((await call(imitation, "GET", bindingPath)).status).toBe(404);
		expect(bound()).toHaveLength(6);
	});

	it("takes all bindings of the account, and leaves the prefixes", async () => {
		const { body } = await elsewhere({ delete: "all", by: { how: "system" } });
		expect(body).toMatchObject({ deleted: { length: 8 } });
		expect([bound().length, imitation.snapshot().prefixes.length]).toEqual([0, 3]);
	});
});

describe("creating", () => {
	it("answers with a new id, and the binding is provisioning", async () => {
		const { body } = await elsewhere({ create: [{ cidr: "203.0.113.0/27", service_id: spectrum }] });
		const provisioning = { state: "provisioning" };
		const created = { prefix_id: prefixId, cidr: "203.0.113.0/27", service_name: "Spectrum", provisioning };
		expect(body).toMatchObject({ created: [{ ...created, id: at("203.0.113.0/27")?.id }] });
	});
});

describe("changing", () => {
	it("deletes and creates, as the API has no update", async () => {
		const { body } = await elsewhere({ change: [{ cidr, service_id: spectrum }] });
		const after = at(cidr);
		expect(after).toMatchObject({ service_name: "Spectrum", provisioning: { state: "provisioning" } });
		expect(after?.id).not.toBe(bindingId);
		expect(body).toMatchObject({ changed: [{ before: { id: bindingId, service_id: cdn }, after: { id: after?.id } }] });
	});

	it("keeps id and state on request", async () => {
		await elsewhere({ change: [{ cidr, service_id: spectrum, keep_id: true }] });
		expect(at(cidr)).toMatchObject({ id: bindingId, service_id: spectrum, provisioning: { state: "active" } });
	});
});

it("deletes first, so that one order can move a service", async () => {
	const { status } = await elsewhere({ delete: [cidr], create: [{ cidr, service_id: spectrum }] });
	expect([status, at(cidr)?.service_name]).toEqual([200, "Spectrum"]);
});

describe("refuses, and changes nothing for,", () => {
	const create = (one: string, service_id = cdn) => ({ create: [{ cidr: one, service_id }] });
	it.each([
		["nothing", undefined, 400, "Expected Object"],
		["no action", {}, 400, "Expected at least one of delete, change, create, withdraw, advertise"],
		["an empty list", { delete: [] }, 400, "Expected"],
		["another word than all", { delete: "everything" }, 400, 'Expected "all" or a list of CIDRs'],
		["an unknown member", { delete: [cidr], because: "x" }, 400, "because"],
		["an unknown way", { delete: [cidr], by: { how: "magic" } }, 400, '("dash" | "api_token" | "system")'],
		["the system with an e-mail", { delete: [cidr], by: { how: "system", email: "a@example.com" } }, 400, "email"],
		["an unknown binding", { delete: ["203.0.113.99/32"] }, 404, "no binding has the CIDR or id 203.0.113.99/32"],
		["a known one beside an unknown", { delete: [cidr, "x"] }, 404, "no binding has the CIDR or id x"],
		["a change of an unknown binding", { change: [{ cidr: "10.0.0.0/8", service_id: cdn }] }, 404, "no binding has"],
		["a change to an unknown service", { change: [{ cidr, service_id: "x", keep_id: true }] }, 400, "no service has"],
		["a CIDR that is bound", create(cidr), 409, "binding already exists"],
		["a CIDR outside all prefixes", create("192.0.2.0/24"), 404, "no prefix contains 192.0.2.0/24"],
		["a CIDR that is none", create("here"), 400, "here is not a canonical CIDR"],
		["a service that is none", create("203.0.113.0/27", "x"), 400, "unknown service"],
		["an unknown BGP prefix", { withdraw: ["192.0.2.0/24"] }, 404, "no BGP prefix has the CIDR or id 192.0.2.0/24"],
	])("%s", async (_, order, status, message) => {
		const changes: unknown[] = [];
		imitation = createImitation({ onChange: (state) => changes.push(state) });
		const refused = await elsewhere(order);
		expect(refused).toEqual({ status, body: { error: expect.stringContaining(message) } });
		expect(changes).toEqual([]);
		expect(imitation.snapshot()).toEqual(createImitation().snapshot());
		imitation.moveClock({ advance_seconds: 60 });
		const path = `${prefixPath.replace(/addressing.*/, "")}logs/audit?since=2020-01-01&before=2100-01-01`;
		expect((await call(imitation, "GET", path)).envelope.result).toEqual([]);
	});
});
