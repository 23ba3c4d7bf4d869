// Messages without proof of their sender: they are refused before they are parsed, logged and slowed down. They leave
// no record, and nothing is sent to Cloudflare.
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sandboxSecrets } from "../../../sandbox/senders.ts";
import { type Answer, call, cloudflare } from "../../harness.ts";
import { countingInAMinute } from "../account.ts";
import { expectProblem } from "../expect-problem.ts";
import { deliver, headersOf, payloads, rows, type SenderName } from "./deliver.ts";

let logged: Record<string, unknown>[] = [];
let addresses = 0;
/** The rate limit counts by address, so each test has its own. */
const newAddress = (): Record<string, string> => ({ "cf-connecting-ip": `192.0.2.${++addresses}` });

beforeEach(() => {
	logged = [];
	for (const level of ["info", "warn", "error"] as const)
		vi.spyOn(console, level).mockImplementation((line: string) => void logged.push(JSON.parse(line)));
});
afterEach(() => void vi.restoreAllMocks());
afterAll(async () => {
	expect(await rows()).toEqual([]);
	expect(await cloudflare.calls()).toEqual([]);
});

const expectUnproven = (answer: Answer): void =>
	expectProblem(answer, {
		status: 401,
		code: "unauthorized",
		title: "Authentication is required",
		detail: "The signature or secret does not match any sender in unbind's configuration.",
	});
const told = () => logged.filter(({ event }) => event === "unproven").map(({ sender, why }) => [sender, why]);

describe("answers 401 and logs why:", () => {
	const nowSeconds = Math.floor(Date.now() / 1000);
	const wrong = "a secret that is another's";

	it.each<[string, SenderName, Parameters<typeof deliver>[2], string]>([
		["another secret", "github", { secret: wrong }, "wrong"],
		["no header", "github", { headers: { "x-hub-signature-256": "" } }, "no_signature"],
		[
			"GitHub's older header",
			"github",
			{ headers: { "x-hub-signature-256": "", "x-hub-signature": "sha1=00" } },
			"no_signature",
		],
		["a malformed header", "github", { headers: { "x-hub-signature-256": "sha256=zz" } }, "wrong"],
		["another password", "alertmanager", { secret: "alertmanager:guess" }, "wrong"],
		["one of unbind's own tokens", "alertmanager", { headers: { authorization: "Bearer unbind_sandbox" } }, "wrong"],
		["a token that is cut off", "cloudflare-notifications", { secret: "a-sandbox-secret-of-cloudflar" }, "wrong"],
		["an old timestamp", "grafana", { timestampSeconds: nowSeconds - 400 }, "stale"],
		["a timestamp ahead", "grafana", { timestampSeconds: nowSeconds + 400 }, "stale"],
		["no timestamp", "runbook", { headers: { "x-runbook-timestamp": "" } }, "no_timestamp"],
		["no id", "inventory", { headers: { "webhook-id": "" } }, "no_id"],
		["a signature of one byte", "inventory", { headers: { "webhook-signature": "v1a,AA==" } }, "wrong"],
	])("%s", async (_, name, delivery, why) => {
		const headers = { ...delivery?.headers, ...newAddress() };
		const answer = await deliver(name, payloads[name], { ...delivery, headers });
		expectUnproven(answer);
		expect(told()).toEqual([[name, why]]);
		expect(logged.at(-1)).toMatchObject({ event: "request", path: `/webhooks/${name}`, status: 401, actor: null });
		const everything = JSON.stringify(logged) + answer.text;
		for (const secret of [wrong, "guess", sandboxSecrets.GITHUB_SECRET ?? ""]) expect(everything).not.toContain(secret);
	});

	it.each(["nobody", "__proto__", "constructor", "GitHub", "github%00", "sandbox", "a".repeat(200)])(
		"an unknown sender gets the same answer: %s",
		async (name) => {
			const body = JSON.stringify(payloads.github);
			const headers = { ...headersOf("github", body), ...newAddress() };
			const answer = await call(`/webhooks/${name}`, { method: "POST", token: null, headers, body });
			expectUnproven(answer);
			expect(told()).toEqual([[name.slice(0, 64), "no_such_sender"]]);
		},
	);

	it("a message to another sender, and a body that was altered in transit", async () => {
		const body = JSON.stringify(payloads.github);
		const headers = { ...headersOf("github", body), ...newAddress() };
		for (const [name, sent] of [
			["runbook", body],
			["pagerduty", body],
			["github", body.replace("203.0.113.64/26", "203.0.113.0/24")],
			["github", `${body}\n`],
		])
			expectUnproven(await call(`/webhooks/${name}`, { method: "POST", token: null, headers, body: sent ?? "" }));
	});
});

describe("too many unproven messages from one address", () => {
	it(
		"get 429 for known and unknown senders alike, and a proven one still gets through",
		countingInAMinute,
		async () => {
			const headers = newAddress();
			const names = ["github", "nobody"];
			const answers = await Promise.all(
				Array.from({ length: 24 }, (_, index) =>
					call(`/webhooks/${names[index % 2]}`, { method: "POST", token: null, headers, body: "{}" }),
				),
			);
			expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(20).fill(401), ...Array(4).fill(429)]);
			for (const name of names)
				expectProblem(
					await call(`/webhooks/${name}`, { method: "POST", token: null, headers, body: "{}" }),
					{
						status: 429,
						code: "rate_limited",
						title: "Too many attempts",
						detail: "This address sent too many wrong credentials. Try again in a minute.",
					},
					{ "retry-after": "60" },
				);
			expect((await deliver("github", { zen: "ping" }, { headers })).json.outcome).toBe("ignored");
			expectUnproven(await deliver("github", {}, { secret: "another secret", headers: newAddress() }));
		},
	);
});

describe("answers 413 before verifying anything:", () => {
	const capBytes = 256 * 1024;
	const tooLarge = {
		status: 413,
		code: "payload_too_large",
		title: "The body is too large",
		detail: "The body is longer than 262144 bytes.",
	};
	/** Is proven, and ignored. */
	const bodyOf = (bytes: number) => `{"zen": "${"x".repeat(bytes - 11)}"}`;
	/** Sends it in chunks without its length. */
	const streamed = (text: string) =>
		new Blob([text])
			.stream()
			.pipeThrough(
				new TransformStream<Uint8Array, Uint8Array>({ transform: (chunk, controller) => controller.enqueue(chunk) }),
			);

	it("a body that is one byte too long, proven or not", async () => {
		const verify = vi.spyOn(crypto.subtle, "verify");
		const body = bodyOf(capBytes + 1);
		expectProblem(await deliver("github", body), tooLarge);
		for (const name of ["github", "nobody"])
			expectProblem(await call(`/webhooks/${name}`, { method: "POST", token: null, body }), tooLarge);
		expect(verify).not.toHaveBeenCalled();
	});

	it("a streamed body without its length", async () => {
		const verify = vi.spyOn(crypto.subtle, "verify");
		const body = bodyOf(capBytes + 1);
		const headers = headersOf("github", body);
		const answer = await call("/webhooks/github", { method: "POST", token: null, headers, body: streamed(body) });
		expectProblem(answer, tooLarge);
		expect(verify).not.toHaveBeenCalled();
	});

	it("but reads a body of exactly the limit, streamed or not", async () => {
		const verify = vi.spyOn(crypto.subtle, "verify");
		const body = bodyOf(capBytes);
		expect((await deliver("github", body)).json.outcome).toBe("ignored");
		const headers = headersOf("github", body);
		const answer = await call("/webhooks/github", { method: "POST", token: null, headers, body: streamed(body) });
		expect(answer.json.outcome).toBe("ignored");
		expect(verify).toHaveBeenCalledTimes(2);
	});
});

describe("answers 405 to authenticated callers only:", () => {
	it.each(["GET", "HEAD", "DELETE", "PATCH"])("%s", async (method) => {
		const answer = await call("/webhooks/github", { method });
		expect(answer.status).toBe(405);
		expect(answer.headers.get("allow")).toBe("OPTIONS, POST, PUT");
		expect((await call("/webhooks/github", { method, token: null })).status).toBe(401);
	});
});
