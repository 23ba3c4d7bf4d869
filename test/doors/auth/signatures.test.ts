// Signatures as others make them: their examples, their libraries, lists of signatures, and secrets that are presented.
import { sign as signAsGitHub, verify as verifyAsGitHub } from "@octokit/webhooks-methods";
import { verifyKey } from "discord-interactions";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, vi } from "vitest";
import { signed } from "../../../scripts/sign.ts";
import { discord, schemeOf } from "../../../src/doors/auth/schemes.ts";
import { atSeconds, body, outcome, outcomeOf, proofOf, rowOf, seeds, unset } from "./every-scheme.ts";
import { vectors } from "./vectors.ts";

function vectorOf(name: string) {
	const vector = vectors.find((one) => one.name === name);
	if (vector === undefined) throw new Error(`there is no vector ${name}`);
	return vector;
}

describe("accepts what others sign:", () => {
	it.each(vectors.map((vector): [string, typeof vector] => [vector.name, vector]))("%s", async (_, vector) => {
		const { scheme, secret, headers, body: text, timestampSeconds = atSeconds } = vector;
		expect(await outcome(scheme, [secret], headers, text, timestampSeconds)).toBe("proven");
		expect(await outcome(scheme, [secret], headers, `${text} `, timestampSeconds)).toBe("wrong");
	});
});

describe("a list of signatures", () => {
	const pagerduty = rowOf("pagerduty");
	const { headers: v1a, secret: publicKey } = vectorOf("Standard Webhooks v1a");
	const { headers: v1, secret, scheme, body: text, timestampSeconds } = vectorOf("Standard Webhooks v1");
	const list = (...proofs: string[]) => ({ ...v1, "webhook-signature": proofs.join(" ") });
	const [one = "", other = ""] = [v1, v1a].map((headers) => headers["webhook-signature"]);
	const of = (headers: Record<string, string>, ...secrets: string[]) =>
		outcome(scheme, secrets, headers, text, timestampSeconds);

	it("is accepted if one of them is right, in any position", async () => {
		const wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
		for (const proofs of [[one], [wrong, one], [one, wrong], ["v2,x", "", "v1,", "v1a,?", one]])
			expect(await of(list(...proofs), secret)).toBe("proven");
		for (const proofs of [[wrong], [wrong, wrong], ["v1,"], [one.slice(3)], [one.replace("v1,", "v1a,")]])
			expect(await of(list(...proofs), secret)).toBe("wrong");
	});

	it("of both kinds is checked with the key that is configured", async () => {
		for (const key of [secret, publicKey]) expect(await of(list(other, one), key)).toBe("proven");
		expect(await of(list(other), secret)).toBe("wrong");
		expect(await of(list(one), publicKey)).toBe("wrong");
		expect(await of(list(other), secret, publicKey)).toBe("proven");
		expect(await of(list(other), publicKey)).toBe("proven");
	});

	it("is not accepted if it is signed by HMAC with the public key", async () => {
		const forged = publicKey.replace("whpk_", "whsec_");
		const headers = signed(text, { scheme, secret: forged, timestampSeconds: 1_614_265_330, messageId: "msg_1" });
		expect(await of(headers, forged)).toBe("proven");
		expect(await of(headers, publicKey)).toBe("wrong");
	});

	it("needs a usable message id", async () => {
		for (const id of ["", "a b", "ü", "x".repeat(256)])
			expect(await of({ ...v1, "webhook-id": id }, secret)).toBe("no_id");
		expect(await of({ ...v1, "webhook-id": "msg_2" }, secret)).toBe("wrong");
	});

	it("from PagerDuty has commas, with or without a space", async () => {
		const wrong = `v1=${"0".repeat(64)}`;
		const proof = proofOf(pagerduty)["x-pagerduty-signature"] ?? "";
		for (const all of [`${wrong},${proof}`, `${proof}, ${wrong}`, `v2=00,${proof},`])
			expect(await outcomeOf(pagerduty, { "x-pagerduty-signature": all })).toBe("proven");
		expect(await outcomeOf(pagerduty, { "x-pagerduty-signature": `${wrong},v2=${proof.slice(3)}` })).toBe("wrong");
	});

	it("is checked only up to the eighth, since each costs a hash over the body", async () => {
		const proof = proofOf(pagerduty)["x-pagerduty-signature"] ?? "";
		const behind = (count: number) => [...Array<string>(count).fill("v1=00"), proof].join(",");
		expect(await outcomeOf(pagerduty, { "x-pagerduty-signature": behind(7) })).toBe("proven");
		const verify = vi.spyOn(crypto.subtle, "verify");
		expect(await outcomeOf(pagerduty, { "x-pagerduty-signature": behind(600) })).toBe("wrong");
		expect(verify).toHaveBeenCalledTimes(8);
		verify.mockRestore();
	});
});

describe("a secret that is presented", () => {
	it.each([
		["bearer", "Bearer a-token-of-this-sender"],
		["bearer", "bearer   a-token-of-this-sender"],
		["alertmanager, a token", "BEARER a-token-of-this-sender"],
		["alertmanager, a user and a password", `basic ${btoa("alertmanager:a-password")}`],
		["mattermost", "token a-token-of-this-sender"],
	])("%s accepts %j", async (name, authorization) => {
		expect(await outcomeOf(rowOf(name), { authorization })).toBe("proven");
	});

	it.each([
		["bearer", "a-token-of-this-sender"],
		["bearer", "Basic YS10b2tlbi1vZi10aGlzLXNlbmRlcg=="],
		["bearer", "Token a-token-of-this-sender"],
		["bearer", "Bearer a-token-of-this-sende"],
		["bearer", "Bearer a-token-of-this-sender-x"],
		["bearer", "Bearer A-token-of-this-sender"],
		["alertmanager, a user and a password", `Basic ${btoa("alertmanager:")}`],
		["alertmanager, a user and a password", `Basic ${btoa("alertmanager")}`],
		["alertmanager, a user and a password", "Basic alertmanager:a-password"],
		["alertmanager, a user and a password", `Basic ${btoa("alertmanager:a-password").toLowerCase()}`],
		["cloudflare-notifications", "a-token-of-this-sender"],
	])("%s refuses %j", async (name, authorization) => {
		expect(await outcomeOf(rowOf(name), { authorization })).toMatch(/^(?:wrong|no_signature)$/);
	});
});

describe("libraries of others", () => {
	const bodies = fc.oneof(
		fc.string(),
		fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
		fc.constant(body),
	);
	const each = (check: (text: string) => Promise<void>) => fc.assert(fc.asyncProperty(bodies, check), { numRuns: 40 });
	const nowSeconds = Math.floor(Date.now() / 1000);

	it("standardwebhooks accepts our signatures, and we accept its", () => {
		const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
		const library = new Webhook(secret);
		const scheme = schemeOf("standard-webhooks", unset);
		return each(async (text) => {
			const theirs = {
				"webhook-id": "msg_1",
				"webhook-timestamp": String(nowSeconds),
				"webhook-signature": library.sign("msg_1", new Date(nowSeconds * 1000), text),
			};
			expect(await outcome(scheme, [secret], theirs, text, nowSeconds)).toBe("proven");
			const ours = signed(text, { scheme, secret, timestampSeconds: nowSeconds, messageId: "msg_1" });
			library.verify(text, ours, { jsonParse: false });
			expect(ours).toEqual(theirs);
		});
	});

	it("@octokit/webhooks-methods accepts our signatures, and we accept its", () => {
		const secret = "It's a Secret to Everybody";
		const scheme = schemeOf("github", unset);
		return each(async (text) => {
			// The library refuses to sign an empty text.
			if (text === "") return;
			const theirs = await signAsGitHub(secret, text);
			expect(await outcome(scheme, [secret], { "x-hub-signature-256": theirs }, text)).toBe("proven");
			const ours = signed(text, { scheme, secret, timestampSeconds: nowSeconds, messageId: "" });
			expect(await verifyAsGitHub(secret, text, ours["x-hub-signature-256"] ?? "")).toBe(true);
		});
	});

	it("discord-interactions accepts and refuses the same messages as we do", () => {
		const key = rowOf("discord").secret.checks;
		return each(async (text) => {
			const ours = signed(text, { scheme: discord, secret: `seed:${seeds.one}`, timestampSeconds: 1e9, messageId: "" });
			const verdicts = async (message: string) => [
				await verifyKey(message, ours["x-signature-ed25519"] ?? "", ours["x-signature-timestamp"] ?? "", key),
				(await outcome(discord, [key], ours, message, 1e9)) === "proven",
			];
			expect(await verdicts(text)).toEqual([true, true]);
			expect(await verdicts(`${text}.`)).toEqual([false, false]);
		});
	});
});
