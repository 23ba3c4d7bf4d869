// The Worker: checks the configuration, routes each request and logs it. It decides nothing.

import { waitUntil } from "cloudflare:workers";
import { createHistory } from "./adapters/history/history.ts";
import type { ConfigProblem } from "./config/problem.ts";
import { type Config, configOf, type Env } from "./config.ts";
import { envelopeOfProblem, isCloudflares } from "./doors/cloudflare/envelope.ts";
import type { Context } from "./doors/context.ts";
import { healthAnswer } from "./doors/health.ts";
import { createLedgerClient, readsOf } from "./doors/ledger-client.ts";
import { readTurns, readWaitMs } from "./doors/limits.ts";
import { logProblems, misconfiguredProblem } from "./doors/misconfigured.ts";
import { isForPeople, misconfiguredPage } from "./doors/page/misconfigured.tsx";
import { finish } from "./doors/reply/finish.ts";
import { problem, problemResponse } from "./doors/reply/problem.ts";
import { takeTurn } from "./doors/request/turns.ts";
import { refusedUnrouted } from "./doors/request/unrouted.ts";
import { log, traceOf } from "./log.ts";
import { router } from "./routes.ts";

export { Ledger } from "./ledger/ledger.ts";

/** Environments whose problems and warnings are already in the log. */
const reported = new WeakSet<object>();

export default {
	async fetch(request, env) {
		const startedAtMs = Date.now();
		const { method } = request;
		const url = new URL(request.url);
		const requestId = crypto.randomUUID();
		const render = isCloudflares(url) ? envelopeOfProblem : problemResponse;
		const config = configOf(env);
		const context = config.ok ? contextOf(env, config.value, url, requestId) : null;
		if (context !== null && !reported.has(env)) {
			reported.add(env);
			const { problems, warnings } = context.config;
			if (problems.length > 0) logProblems(problems, requestId);
			for (const { problem, fix } of warnings) log("warn", "configuration_warning", { problem, fix });
		}
		let response: Response;
		try {
			const refused = refusedUnrouted(request, url);
			if (refused !== null) response = render(refused, requestId);
			else if (context !== null) response = await router.fetch(routed(request, url), context);
			else response = closed(request, url, config.ok ? [] : config.failure, requestId);
		} catch (error) {
			log("error", "request_failed", { request_id: requestId, ...traceOf(error) });
			response = render(problem("internal", "unbind failed. Look in its log for this request id."), requestId);
		}
		const summary = {
			method,
			path: url.pathname.slice(0, 200),
			status: response.status,
			actor: context?.caller ?? null,
		};
		// Polls that find nothing new would fill the log.
		if (response.status !== 304)
			log("info", "request", { request_id: requestId, ...summary, ms: Date.now() - startedAtMs });
		return finish(response, requestId, method === "HEAD");
	},
} satisfies ExportedHandler<Env>;

/** While the configuration closes all of unbind. */
function closed(request: Request, url: URL, problems: readonly ConfigProblem[], requestId: string): Response {
	const problem = misconfiguredProblem(problems, requestId);
	if (url.pathname === "/health") return healthAnswer(false, problems);
	if (isCloudflares(url)) return envelopeOfProblem(problem, requestId);
	return isForPeople(request) ? misconfiguredPage(problem, requestId, url) : problemResponse(problem, requestId);
}

/** Drops the query: the doors read it from the context, and the router would parse it in quadratic time. */
function routed(request: Request, { origin, pathname, search }: URL): Request {
	const asked = search === "" ? request : new Request(`${origin}${pathname}`, request);
	return request.method === "HEAD" ? new Request(asked, { method: "GET" }) : asked;
}

function contextOf(env: Env, config: Config, url: URL, requestId: string): Context {
	// A stub that failed stays broken, so each call takes a new one.
	const stub = () => env.LEDGER.getByName(config.accountId);
	const context: Context = {
		requestId,
		url,
		config,
		caller: null,
		ledger: createLedgerClient(stub, requestId),
		ledgerWithin: (limitMs) => createLedgerClient(stub, requestId, limitMs),
		history: createHistory(
			env.HISTORY,
			readsOf(createLedgerClient(stub, requestId, readWaitMs), () => context.caller),
			(error) => log("warn", "history_unreadable", { request_id: requestId, ...traceOf(error) }),
			(read) => takeTurn(`reads/${context.caller}`, readTurns, read),
		),
		runAfterAnswer: (work) => waitUntil(work.catch((error) => log("error", "work_failed", traceOf(error)))),
		isUnderFailureLimit: async (key) => (await env.FAILED_AUTHENTICATION.limit({ key })).success,
		mayProbe: async (key) => (await env.PROBES.limit({ key })).success,
	};
	return context;
}
