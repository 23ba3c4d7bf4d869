// What a browser gets from a Worker that is not configured: a page with the steps to take, in order.
import { expect, it } from "vitest";
import { origin } from "../../harness.ts";
import { callConfigured, fetchWorker } from "../configured.ts";
import { readable } from "./visitor.ts";

const none = { CLOUDFLARE_ACCOUNT_ID: "", TOKENS: undefined, CLOUDFLARE_API_TOKEN: undefined };
const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

async function shown(url: string, settings: Record<string, unknown>, method = "GET") {
	const request = new Request<unknown, IncomingRequestCfProperties>(url, { headers: browser, method });
	const response = await fetchWorker(request, settings);
	return { response, text: await response.text() };
}

it("names what is missing, in the order to fix it, each with its command", async () => {
	const { response, text } = await shown(`${origin}/records/x`, none);
	expect([response.status, response.headers.get("content-type")]).toEqual([503, "text/html; charset=utf-8"]);
	const settings = [...text.matchAll(/<li>\s*<p>\s*<b>([A-Z_]+)<\/b>/g)].map(([, name]) => name);
	expect(settings).toEqual(["CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "TOKENS"]);
	expect(text).toContain("<code>npx wrangler secret put CLOUDFLARE_API_TOKEN</code>");
	expect(text).toContain("<code>npx wrangler secret put TOKENS</code>");
	expect(readable(text)).not.toContain(".dev.vars");
});

it("puts secrets into .dev.vars under wrangler dev", async () => {
	const { text } = await shown("http://localhost:8787/", none);
	expect(text).toContain("<code>CLOUDFLARE_API_TOKEN=…</code>");
	expect(readable(text)).toContain(".dev.vars");
	expect(text).not.toContain("wrangler secret put");
});

it("gives everyone else JSON", async () => {
	expect((await callConfigured(none, "/bindings", { headers: { accept: "*/*" } })).json.code).toBe("misconfigured");
	const cloudflares = await callConfigured(none, "/client/v4/x", { headers: browser });
	expect(cloudflares.json).toMatchObject({ success: false });
	expect((await callConfigured(none, "/webhooks/x", { method: "POST", headers: browser })).json.status).toBe(503);
	expect((await callConfigured(none, "/health", { headers: browser })).json).toEqual({
		ok: false,
		misconfigured: ["CLOUDFLARE_ACCOUNT_ID", "TOKENS", "CLOUDFLARE_API_TOKEN"],
	});
});
