// Makes a caller's token: npm run token -- <name> <scope…> [--range CIDR]… [--into tokens.json]
// Prints the token once; unbind stores only its digest. Makes no network calls.
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseCidr } from "../src/deletion/address/cidr.ts";
import { type Scope, scopes } from "../src/deletion/record/actor.ts";

interface Entry {
	sha256: string;
	scopes: string[];
	ranges?: string[];
}

const usage = `Usage: npm run token -- <name> <scope…> [--range CIDR]… [--into tokens.json]
  scopes: ${scopes.join(", ")}
  --range: where the holder may delete; everywhere if left out. Can be repeated.
  --into: the JSON file of all tokens, to add this one to. It holds digests, not tokens.`;

function main(): string {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { range: { type: "string", multiple: true }, into: { type: "string" } },
	});
	const [name = "", ...wanted] = positionals;
	if (!/^[\w.@+-]{1,64}$/.test(name)) throw new Error("A name has at most 64 letters, digits and . @ + - _.");
	if (wanted.length === 0) throw new Error("Name at least one scope.");
	const unknown = wanted.find((scope) => !scopes.includes(scope as Scope));
	if (unknown !== undefined)
		throw new Error(`Unknown scope ${JSON.stringify(unknown)}. Choose from ${scopes.join(", ")}.`);
	for (const range of values.range ?? []) {
		const cidr = parseCidr(range);
		if (cidr.ok) continue;
		const hint = "hint" in cidr.failure ? ` Did you mean ${cidr.failure.hint}?` : "";
		throw new Error(`${range} is not a CIDR.${hint}`);
	}

	const token = `unbind_${randomBytes(32).toString("base64url")}`;
	const sha256 = createHash("sha256").update(token).digest("hex");
	const entry: Entry = { sha256, scopes: [...new Set(wanted)], ...(values.range && { ranges: values.range }) };
	const file = values.into;
	const known: Record<string, Entry> =
		file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
	if (Object.hasOwn(known, name))
		throw new Error(`${file} already has a token for ${name}. Remove it first, or choose another name.`);
	const all = JSON.stringify({ ...known, [name]: entry });
	if (file !== undefined) writeFileSync(file, `${all}\n`, { mode: 0o600 });
	const put = file === undefined ? "npx wrangler secret put TOKENS" : `npx wrangler secret put TOKENS < ${file}`;
	return `Token for ${name}, shown only this once:\n\n  ${token}\n\nTOKENS, to store with: ${put}\n\n${all}\n`;
}

try {
	process.stdout.write(main());
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}\n`);
	process.exitCode = 1;
}
