// Cloudflare's official SDK, called as in Cloudflare's documentation, with only the base URL changed: unbind gives it
// the same answers as Cloudflare.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Cloudflare from "cloudflare";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { buildWorker } from "../../sandbox/wrangler.ts";

let directory: string;
let bundlePath: string;
let sandbox: Sandbox;
let sandboxes = 0;
/** A test that changes nothing at Cloudflare and orders no fault leaves its sandbox to the next one. */
let isUsed = true;

beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), "unbind-sdk-"));
	bundlePath = join(directory, "bundle");
	await buildWorker(bundlePath);
});
afterAll(async () => {
	if (!isUsed) await sandbox.stop();
	await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
	if (!isUsed) return sandbox.imitation.log.clear();
	sandboxes += 1;
	sandbox = await startSandbox({ dataPath: join(directory, `${sandboxes}`), bundlePath });
});
afterEach(async () => {
	isUsed = sandbox.imitation.log.entries().some(({ method, fault }) => method !== "GET" || fault !== null);
	if (isUsed) await sandbox.stop();
});

const account = { account_id: "258def64c72dae45f3e4c8516e2111f2" };
const amsterdam = { ...account, prefix_id: "2af39739cc4e3b5910c918468bb89828" };
const v6 = { ...account, prefix_id: "b10c0000000000000000000000000003" };
const cdn25 = "c01d0000000000000000000000000003";
const provisioning64 = "c01d0000000000000000000000000006";
const regional64 = "c01d0000-0000-4000-8000-000000000007";

const documented = { apiEmail: "user@example.com", apiKey: "144c9defac04969c7bfad8efaa8ea194" };
type Credential = { apiEmail: string; apiKey: string } | { apiToken: string };

/** The HTTP requests the SDK has sent. It repeats some by itself. */
let sent: { method: string; status: number | null }[] = [];
beforeEach(() => {
	sent = [];
});
const counting: typeof fetch = async (url, init) => {
	const entry: (typeof sent)[number] = { method: init?.method ?? "GET", status: null };
	sent.push(entry);
	const response = await fetch(url, init);
	entry.status = response.status;
	return response;
};

const sdk = (baseUrl: string, credential: Credential = documented) =>
	new Cloudflare({
		// The SDK would also look for credentials in the environment.
		apiToken: null,
		apiEmail: null,
		apiKey: null,
		...credential,
		baseURL: `${baseUrl}/client/v4`,
		fetch: counting,
	}).addressing.prefixes.serviceBindings;

const cloudflares = () => sdk(sandbox.imitationUrl);
const unbinds = (credential?: Credential) => sdk(sandbox.url, credential);
const deletesUpstream = () => sandbox.imitation.log.entries().filter(({ method }) => method === "DELETE");
const history = async (): Promise<unknown[]> => {
	const response = await fetch(`${sandbox.url}/deletions`, { headers: { authorization: "Bearer unbind_sandbox" } });
	const { deletions }: { deletions: unknown[] } = JSON.parse(await response.text());
	return deletions;
};

describe("the example from Cloudflare's documentation", () => {
	const example = (client: Cloudflare) =>
		client.addressing.prefixes.serviceBindings.delete("0429b49b6a5155297b78e75a44b09e14", {
			account_id: "258def64c72dae45f3e4c8516e2111f2",
			prefix_id: "2af39739cc4e3b5910c918468bb89828",
		});
	const envelope = { errors: [], messages: [], success: true };

	it("runs against the imitation of Cloudflare", async () => {
		const { apiEmail, apiKey } = documented;
		const client = new Cloudflare({ apiEmail, apiKey, baseURL: `${sandbox.imitationUrl}/client/v4` });
		expect(await example(client)).toEqual(envelope);
	});

	it("runs against unbind with the same answer, and is on record", async () => {
		const { apiEmail, apiKey } = documented;
		const client = new Cloudflare({ apiEmail, apiKey, baseURL: `${sandbox.url}/client/v4` });
		expect(await example(client)).toEqual(envelope);
		expect(deletesUpstream()).toMatchObject([{ effect: { deleted: "0429b49b6a5155297b78e75a44b09e14" } }]);
		expect(await history()).toMatchObject([
			{ actor: "user@example.com", door: "cloudflare", state: "deleted", cidr: "203.0.113.0/24" },
		]);
	});

	it("runs with an API token", async () => {
		const client = new Cloudflare({ apiToken: "unbind_sandbox", baseURL: `${sandbox.url}/client/v4` });
		expect(await example(client)).toEqual(envelope);
		expect(await history()).toMatchObject([{ actor: "sandbox", door: "cloudflare", state: "deleted" }]);
	});
});

describe.each<[string, Credential]>([
	["e-mail and key", documented],
	["an API token", { apiToken: "unbind_sandbox" }],
])("with %s", (_, credential) => {
	it.each([amsterdam, v6])("list and get answer as Cloudflare does: prefix $prefix_id", async ({ prefix_id }) => {
		const theirs = await cloudflares().list(prefix_id, account);
		const ours = await unbinds(credential).list(prefix_id, account);
		expect(ours.result.length).toBeGreaterThan(0);
		expect(ours.result).toEqual(theirs.result);
		for (const { id = "" } of theirs.result) {
			const where = { ...account, prefix_id };
			expect(await unbinds(credential).get(id, where)).toEqual(await cloudflares().get(id, where));
		}
	});

	it("the page iterator ends", async () => {
		const ids: unknown[] = [];
		for await (const { id } of unbinds(credential).list(amsterdam.prefix_id, account)) ids.push(id);
		expect(ids).toHaveLength(4);
	});
});

describe("the SDK throws its own error after one request for", () => {
	const caught = async (act: () => Promise<unknown>): Promise<unknown> => {
		sent = [];
		return act().then(
			() => "nothing was thrown",
			(error: unknown) => error,
		);
	};

	it.each<[string, () => Promise<unknown>, number, new (...args: never[]) => Error, number]>([
		["a regional binding", () => unbinds().delete(regional64, v6), 403, Cloudflare.PermissionDeniedError, 90403],
		[
			"a missing acknowledgement",
			() => unbinds().delete(provisioning64, v6),
			403,
			Cloudflare.PermissionDeniedError,
			90403,
		],
		["an unknown binding", () => unbinds().delete("f".repeat(32), amsterdam), 404, Cloudflare.NotFoundError, 90404],
		["an unknown binding to get", () => unbinds().get("f".repeat(32), amsterdam), 404, Cloudflare.NotFoundError, 90404],
		["the wrong prefix", () => unbinds().delete(cdn25, v6), 404, Cloudflare.NotFoundError, 90404],
		[
			"another account",
			() => unbinds().delete(cdn25, { ...amsterdam, account_id: "f".repeat(32) }),
			404,
			Cloudflare.NotFoundError,
			90404,
		],
		["a bad id", () => unbinds().delete("203.0.113.128", amsterdam), 422, Cloudflare.UnprocessableEntityError, 90422],
		[
			"a wrong key",
			() => unbinds({ ...documented, apiKey: "guess" }).delete(cdn25, amsterdam),
			401,
			Cloudflare.AuthenticationError,
			90401,
		],
		[
			"a token without the scope",
			() => unbinds({ apiToken: "unbind_sandbox_approver" }).delete(cdn25, amsterdam),
			403,
			Cloudflare.PermissionDeniedError,
			90403,
		],
		[
			"an unsupported method",
			() =>
				unbinds({ apiToken: "unbind_sandbox" }).create(amsterdam.prefix_id, {
					...account,
					cidr: "203.0.113.0/28",
					service_id: "x",
				}),
			405,
			Cloudflare.APIError,
			90405,
		],
	])("%s", async (_, act, status, errorClass, code) => {
		const error = await caught(act);
		expect(error).toBeInstanceOf(errorClass);
		expect(error).toBeInstanceOf(Cloudflare.APIError);
		expect(error).toMatchObject({ status, errors: [{ code }] });
		expect(sent).toHaveLength(1);
		expect(deletesUpstream()).toEqual([]);
	});

	it("a refusal by Cloudflare, with Cloudflare's own code, even a conflict, which the SDK would repeat", async () => {
		for (const status of [400, 409, 422]) {
			const errors = [{ code: 1234, message: "locked" }];
			sandbox.imitation.faults.order({ method: "DELETE", fault: { kind: "reject", status, errors } });
			const error = await caught(() => unbinds().delete(cdn25, amsterdam));
			expect(error).toBeInstanceOf(Cloudflare.APIError);
			expect(error).toMatchObject({ errors });
			expect(sent).toHaveLength(1);
		}
		expect(deletesUpstream()).toHaveLength(3);
	});

	it("a deletion is carried out once its risk is acknowledged", async () => {
		const query = { acknowledge: "still_provisioning" };
		const answer = await unbinds().delete(provisioning64, v6, { query });
		expect(answer).toEqual({ errors: [], messages: [], success: true });
	});
});

describe("a connection that breaks upstream", () => {
	it("after the effect, the call succeeds and one DELETE was sent", async () => {
		sandbox.imitation.faults.order({ method: "DELETE", fault: { kind: "drop_after" } });
		expect(await unbinds().delete(cdn25, amsterdam)).toEqual({ errors: [], messages: [], success: true });
		expect(deletesUpstream()).toHaveLength(1);
		expect(sent).toHaveLength(1);
	});

	it("before the effect, the call succeeds once the binding was seen to be still there", async () => {
		sandbox.imitation.faults.order({ method: "DELETE", fault: { kind: "drop_before" } });
		expect(await unbinds().delete(cdn25, amsterdam)).toEqual({ errors: [], messages: [], success: true });
		const after = sandbox.imitation.log.entries().map(({ method }) => method);
		expect(after.slice(-3)).toEqual(["DELETE", "GET", "DELETE"]);
		expect(sent).toHaveLength(1);
	});

	it("without unbind, the SDK repeats the DELETE and gets a 404", async () => {
		sandbox.imitation.faults.order({ method: "DELETE", fault: { kind: "drop_after" } });
		await expect(cloudflares().delete(cdn25, amsterdam)).rejects.toBeInstanceOf(Cloudflare.NotFoundError);
	});
});

it("an outcome that is unknown at first ends in success: the SDK asks again and gets the same deletion", async () => {
	const { faults, log } = sandbox.imitation;
	faults.order({ method: "DELETE", fault: { kind: "hang_after" } });
	const asked = unbinds().delete(cdn25, amsterdam);
	while (deletesUpstream().length === 0) await log.whenArrived(log.entries().length + 1);
	faults.order({ method: "GET", times: 3, fault: { kind: "html" } });
	sandbox.imitation.drop();
	expect(await asked).toEqual({ errors: [], messages: [], success: true });
	expect(sent.at(-1)?.status).toBe(200);
	expect(deletesUpstream()).toHaveLength(1);
	expect(await history()).toHaveLength(1);
});
