// How the source treats secrets, read from the source itself: no secret is compared by something that stops at the
// first difference, and only two files fetch, without following redirects.
import { globSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../src");
const files = globSync("**/*.{ts,tsx}", { cwd: root }).map(normalize).toSorted();
const read = (file: string): string =>
	readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g, "");
const saying = (pattern: RegExp): string[] => files.filter((file) => pattern.test(read(file)));

const secret = String.raw`[\w.?]*(?:secret|token|seal|digest|signature|passw|apikey|cookie|mac)\w*(?:\.\w+)?`;
const comparing = [
	new RegExp(String.raw`(${secret})\s*[!=]==?\s*([^\s;,)&|?]+)`, "gi"),
	new RegExp(String.raw`([^\s;,(&|?]+)\s*[!=]==?\s*(${secret})`, "gi"),
	// `secrets.get` asks for a Worker secret by its name.
	new RegExp(
		String.raw`\b(?!secrets\.get\b)(\w+)\.(?:includes|indexOf|startsWith|endsWith|localeCompare|has|get)\((${secret})\)`,
		"gi",
	),
];
/** What a secret may be compared with: that it is missing, or its length. */
const harmless = /^(?:null|undefined|""|"\w+"|\d+|typeof)$|\.(?:length|byteLength|size)$/;

/** The places where a secret is compared by an operator or looked up by its text. */
const comparisonsIn = (code: string): string[] =>
	comparing.flatMap((pattern) =>
		[...code.matchAll(pattern)]
			.filter(([, one = "", other = ""]) => !harmless.test(one) && !harmless.test(other))
			.map(([whole]) => whole),
	);

describe("a secret", () => {
	it("is never compared by an operator or looked up by its text", () => {
		const found = files.flatMap((file) => comparisonsIn(read(file)).map((comparison) => `${file}: ${comparison}`));
		expect(found).toEqual([]);
	});

	it("is compared in constant time, in three files that do nothing else", () => {
		expect(saying(/\btimingSafeEqual\(|\bsubtle\.verify\(/)).toEqual([
			"doors/auth/proof.ts",
			"doors/auth/session.ts",
			"doors/auth/tokens.ts",
		]);
	});

	it.each([
		["holder.token === token"],
		["if (form_token !== formToken)"],
		["seal == sealed(claim)"],
		["secrets.includes(secret)"],
		["given === sender.secret"],
		["holders.get(digest)"],
	])("is found when it is compared in %s", (code) => expect(comparisonsIn(code)).not.toEqual([]));

	it.each([["token === null"], ["secrets.length === 0"], ['read.signedInBy === "access"'], ["proof.byteLength === 0"]])(
		"is not reported in %s",
		(code) => expect(comparisonsIn(code)).toEqual([]),
	);
});

describe("the network", () => {
	it("is used by three files and by Access's library, and none of them follows redirects", () => {
		const fetching = saying(/(?<![\w.])fetch\(/).filter((file) => !file.endsWith("index.ts"));
		expect(fetching).toEqual(["adapters/cloudflare/send.ts", "adapters/notify/post.ts", "doors/chat/send.ts"]);
		for (const file of fetching) expect(read(file)).toContain('redirect: "manual"');
		expect(saying(/createRemoteJWKSet\(/)).toEqual(["doors/auth/access.ts"]);
	});

	it("gets the Cloudflare credential only at one constant address", () => {
		expect(saying(/credentialHeaders\(/)).toEqual(["adapters/cloudflare/send.ts"]);
		expect(saying(/api\.cloudflare\.com/)).toEqual(["adapters/cloudflare/send.ts"]);
		expect(read("adapters/cloudflare/send.ts")).toMatch(/fetch\(`\$\{apiAddress\}\$\{call\.path\}`/);
	});
});
