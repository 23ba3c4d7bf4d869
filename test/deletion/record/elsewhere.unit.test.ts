import { expect, it } from "vitest";
import { type Elsewhere, whoWords } from "../../../src/deletion/record/elsewhere.ts";

const known = (change: Partial<Elsewhere>): Elsewhere => ({
	...{ noticed_at: "", last_seen_at: "", by: null, how: null, token_name: null, ray: null },
	...change,
});
const alice = { name: "alice@example.com" };

it.each<[string | null, Partial<Elsewhere>]>([
	[null, {}],
	["alice@example.com", { by: alice }],
	["alice@example.com, in the dashboard", { by: alice, how: "dashboard" }],
	["alice@example.com, with the API token “clean-up”", { by: alice, how: "api_token", token_name: "clean-up" }],
	["someone with the API token “clean-up”", { by: { name: "clean-up" }, how: "api_token", token_name: "clean-up" }],
	["someone with an API token", { how: "api_token" }],
	["someone with an API key", { how: "api_key" }],
	["Cloudflare", { how: "cloudflare" }],
	["clean-up", { token_name: "clean-up" }],
])("says %j", (words, change) => {
	expect(whoWords(known(change))).toBe(words);
});

it("says who it was even if a later release knows another way", () => {
	expect(whoWords(known({ by: alice, how: "a new way" as Elsewhere["how"] }))).toBe("alice@example.com");
});
