// Starts a Worker in a new isolate for each request with `?start=name`. A PUT provides its modules first.

interface Loaded {
	getEntrypoint(): { fetch(request: Request): Promise<Response> };
}
interface Env {
	LOADER: { get(id: string, code: () => Promise<unknown>): Loaded };
	/** The vars and secrets of the started Worker. */
	VARS: unknown;
}

/** Evaluates the bundle and answers without calling it. */
const evaluating =
	'import * as bundle from "./bundle.js"; export default { fetch: () => new Response(Object.keys(bundle)[0]) };';
const workers = new Map<string, Record<string, unknown>>();
let started = 0;

export default {
	async fetch(request, env) {
		const { searchParams } = new URL(request.url);
		const name = searchParams.get("start") ?? "";
		if (request.method === "PUT") {
			workers.set(name, await request.json());
			return new Response(null);
		}
		const worker = env.LOADER.get(`${started++}`, async () => ({
			compatibilityDate: "2026-11-01",
			mainModule: searchParams.has("answer") ? "bundle.js" : "evaluating.js",
			modules: { ...workers.get(name), "evaluating.js": evaluating },
			env: env.VARS,
		}));
		return worker.getEntrypoint().fetch(new Request("http://unbind.example.com/deletions"));
	},
} satisfies ExportedHandler<Env>;
