// The Worker: checks the configuration, hands each request to the routes, and logs it. Nothing is decided here.
import { createHistory } from "./adapters/history/history.ts";
import { configOf, type Env } from "./config.ts";
import { ask } from "./doors/ask.ts";
import { envelopeOfProblem } from "./doors/cloudflare.ts";
import type { Context } from "./doors/context.ts";
import { finish } from "./doors/finish.ts";
import { health } from "./doors/health.ts";
import { problem, problemResponse } from "./doors/problem.ts";
import { log, traceOf } from "./log.ts";
import { router } from "./routes.ts";

export { Ledger } from "./ledger/ledger.ts";

export default {
	async fetch(request, env) {
		const startedAtMs = Date.now();
		const requestId = crypto.randomUUID();
		const { method } = request;
		const path = new URL(request.url).pathname;
		const render = path.startsWith("/client/v4/") ? envelopeOfProblem : problemResponse;
		let response: Response;
		try {
			const asked = method === "HEAD" ? new Request(request, { method: "GET" }) : request;
			response = await respond(asked, env, requestId, render);
		} catch (error) {
			log("error", "request_failed", { request_id: requestId, ...traceOf(error) });
			response = render(problem("internal", "unbind failed; its log has the request id."), requestId);
		}
		const { status } = response;
		log("info", "request", {
			request_id: requestId,
			method,
			path: path.slice(0, 200),
			status,
			ms: Date.now() - startedAtMs,
		});
		return finish(response, requestId, method === "HEAD");
	},
} satisfies ExportedHandler<Env>;

async function respond(request: Request, env: Env, requestId: string, render: typeof problemResponse) {
	const config = configOf(env);
	if (!config.ok) {
		const problems = config.failure;
		log("error", "misconfigured", { problems: problems.map((one) => one.problem) });
		if (new URL(request.url).pathname === "/health") return health(null);
		return render(
			problem("misconfigured", problems.map((one) => `${one.problem} ${one.fix}`).join(" "), { problems }),
			requestId,
		);
	}
	const ledger = env.LEDGER.getByName(config.value.accountId);
	const context: Context = {
		requestId,
		config: config.value,
		ledger,
		history: createHistory(env.HISTORY, async (query) => {
			const changes = await ask(requestId, () => ledger.changes(query));
			return changes.ok ? changes.value : null;
		}),
		mayFail: async (address) => (await env.FAILED_AUTHENTICATION.limit({ key: address })).success,
	};
	return router.fetch(request, context);
}
