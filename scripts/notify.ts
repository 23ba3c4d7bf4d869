// Sends a test to a destination: npm run notify -- <name> [--url http://localhost:8787]
// Asks unbind to do it, with the token in UNBIND_TOKEN; the sandbox's by default. Contacts only the address it is given.
import { parseArgs } from "node:util";
import * as v from "valibot";

const usage = `Usage: npm run notify -- <name> [--url http://localhost:8787]
  name: a destination in [vars.NOTIFY] in wrangler.toml
  --url: where unbind listens; UNBIND_URL by default
  The token comes from UNBIND_TOKEN and needs the scope freeze.`;

const answerSchema = v.union([
	v.object({ destination: v.string(), state: v.string(), failure: v.nullable(v.string()) }),
	v.object({ detail: v.string() }),
]);

async function main(): Promise<string> {
	const { UNBIND_URL = "http://localhost:8787", UNBIND_TOKEN = "unbind_sandbox" } = process.env;
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { url: { type: "string", default: UNBIND_URL } },
	});
	const [destination = "", ...more] = positionals;
	if (destination === "" || more.length > 0) throw new Error("Name a destination.");
	const response = await fetch(new URL("/notifications", values.url), {
		method: "POST",
		headers: { authorization: `Bearer ${UNBIND_TOKEN}`, "content-type": "application/json" },
		body: JSON.stringify({ destination }),
		redirect: "manual",
	}).catch(() => {
		throw new Error(`Nothing answers at ${values.url}. Start the sandbox with: npm start`);
	});
	const answer = v.parse(answerSchema, await response.json());
	if (!("state" in answer)) throw new Error(answer.detail);
	if (answer.state !== "delivered") process.exitCode = 1;
	return `${answer.destination}: ${answer.state}${answer.failure === null ? "" : `. ${answer.failure}`}`;
}

try {
	process.stdout.write(`${await main()}\n`);
} catch (error) {
	process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}\n`);
	process.exitCode = 1;
}
