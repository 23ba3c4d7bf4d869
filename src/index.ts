// The Worker: checks the configuration, hands each request to the routes, and logs it. Nothing is decided here.
import { waitUntil } from "cloudflare:workers";
import { createHistory } from "./adapters/history/history.ts";
import { configOf, type Env } from "./config.ts";
import { readsOf } from "./doors/ask.ts";
import { envelopeOfProblem } from "./doors/cloudflare.ts";
import type { Context } from "./doors/context.ts";
import { finish } from "./doors/finish.ts";
import { misconfigured } from "./doors/misconfigured.ts";
import { problem, problemResponse } from "./doors/problem.ts";
import { log, traceOf } from "./log.ts";
import { router } from "./routes.ts";

export { Ledger } from "./ledger/ledger.ts";

export default {
	async fetch(request, env) {
		const startedAtMs = Date.now();
		const { method } = request;
		const url = new URL(request.url);
		const path = url.pathname;
		const render = path.startsWith("/client/v4/") ? envelopeOfProblem : problemResponse;
		const config = configOf(env);
		const context = config.ok ? contextOf(env, config.value, url) : null;
		const requestId = context?.requestId ?? crypto.randomUUID();
		let response: Response;
		try {
			const asked = method === "HEAD" ? new Request(request, { method: "GET" }) : request;
			response = context === null ? misconfigured(path, config, render, requestId) : await router.fetch(asked, context);
		} catch (error) {
			log("error", "request_failed", { request_id: requestId, ...traceOf(error) });
			response = render(problem("internal", "unbind failed; its log has the request id."), requestId);
		}
		const told = { method, path: path.slice(0, 200), status: response.status, actor: context?.caller ?? null };
		// Polls that find nothing new would be most of the log.
		if (response.status !== 304)
			log("info", "request", { request_id: requestId, ...told, ms: Date.now() - startedAtMs });
		return finish(response, requestId, method === "HEAD");
	},
} satisfies ExportedHandler<Env>;

function contextOf(env: Env, config: Context["config"], url: URL): Context {
	const context: Context = {
		requestId: crypto.randomUUID(),
		url,
		config,
		caller: null,
		// A stub that has failed stays broken, so each call takes a new one.
		get ledger() {
			return env.LEDGER.getByName(config.accountId);
		},
		history: createHistory(
			env.HISTORY,
			readsOf(() => context),
		),
		goOn: (work) => waitUntil(work.catch((error) => log("error", "work_failed", traceOf(error)))),
		mayFail: async (key) => (await env.FAILED_AUTHENTICATION.limit({ key })).success,
		mayProbe: async (key) => (await env.PROBES.limit({ key })).success,
	};
	return context;
}
