// `npm start`: the sandbox on the command line. PORT and IMITATION_PORT say where it listens, and --fresh starts over.
// This file only reads those, prints, and ends cleanly.
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { sandboxDestinations } from "./receivers/settings.ts";
import { isPortTaken, type Sandbox, startSandbox } from "./sandbox.ts";
import { onParentGone, onSignals } from "./signals.ts";
import { welcome } from "./welcome.ts";
import { root } from "./wrangler.ts";

function fail(message: string): never {
	console.error(message);
	process.exit(1);
}

function portFrom(name: string, otherwise: number): number {
	const text = process.env[name];
	if (text === undefined || text === "") return otherwise;
	const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
	return port <= 65_535 ? port : fail(`${name} must be a port number, not "${text}".`);
}

function readArguments() {
	try {
		return parseArgs({ options: { fresh: { type: "boolean", default: false } } }).values;
	} catch {
		return fail("npm start takes one option: npm start -- --fresh, which starts over.");
	}
}

/** At Cloudflare it takes hours. */
const settlingSeconds = 20;

const { fresh } = readArguments();
const port = portFrom("PORT", 8787);
const imitationPort = portFrom("IMITATION_PORT", port === 0 ? 0 : port + 1);
// One directory per port: sandboxes that run side by side must not share a database.
const dataPath = `${root}.wrangler/sandbox/${port}`;

let starting: Promise<Sandbox> | null = null;
let ending = false;

async function end(): Promise<void> {
	// The second signal waits for nothing.
	if (ending) process.exit(1);
	ending = true;
	const sandbox = await starting?.catch(() => null);
	await sandbox?.stop();
	process.exit(0);
}

onSignals(() => void end());
onParentGone(() => void end());

try {
	starting = startSandbox({
		port,
		imitationPort,
		dataPath,
		fresh,
		settlingSeconds,
		bindings: {
			// The shortest interval: a loss shows within five minutes.
			WATCH_MINUTES: 2,
			...sandboxDestinations,
			PUBLIC_URL: `http://localhost:${port === 0 ? 8787 : port}`,
		},
		onLog: (message) => console.log(message),
	});
	const { url, imitationUrl } = await starting;
	if (!ending) console.log(welcome({ url, imitationUrl, dataPath: relative(root, dataPath) }));
} catch (error) {
	if (!ending) {
		if (isPortTaken(error)) fail(`Port ${port} is taken: choose another, as in PORT=8790 npm start.`);
		fail(error instanceof Error ? error.message : String(error));
	}
}
