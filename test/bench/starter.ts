// Starts a Worker anew for each request, in an isolate of its own: `?start=name`. What to start is put there before.

interface Loaded {
	getEntrypoint(): { fetch(request: Request): Promise<Response> };
}
interface Env {
	LOADER: { get(id: string, code: () => Promise<unknown>): Loaded };
	/** The vars and secrets of what is started. */
	VARS: unknown;
}

/** Has the bundle evaluated, and answers without it. */
const evaluate =
	'import * as bundle from "./bundle.js"; export default { fetch: () => new Response(Object.keys(bundle)[0]) };';
/** What a module's name stands for: code, or a text. */
type Modules = Record<string, string | { text: string }>;
const bundles = new Map<string, Modules>();
let started = 0;

export default {
	async fetch(request, env) {
		const { searchParams } = new URL(request.url);
		const name = searchParams.get("start") ?? "";
		if (request.method === "PUT") {
			bundles.set(name, await request.json());
			return new Response(null);
		}
		const isAnswering = searchParams.has("answer");
		const worker = env.LOADER.get(`${started++}`, async () => ({
			compatibilityDate: "2026-11-01",
			mainModule: isAnswering ? "bundle.js" : "evaluate.js",
			modules: { ...bundles.get(name), "evaluate.js": evaluate },
			env: env.VARS,
		}));
		return worker.getEntrypoint().fetch(new Request("http://unbind.example.com/deletions"));
	},
} satisfies ExportedHandler<Env>;
