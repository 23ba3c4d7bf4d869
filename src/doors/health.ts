// A probe: ok or not, and nothing else, as it asks nobody who they are. It costs one call to the Ledger, which has more
// important things to do; so there is a brake on it for each address.
import { ask } from "./ask.ts";
import { addressOf, type Context } from "./context.ts";
import { problem, problemResponse, retryAfter } from "./problem.ts";

const brakeSeconds = 10;

export async function health(request: Request, context: Context): Promise<Response> {
	if (!(await context.mayProbe(addressOf(request)))) {
		const braked = problem("rate_limited", "Too many probes came from this address.", {}, retryAfter(brakeSeconds));
		return problemResponse(braked, context.requestId);
	}
	const known = await ask(context.requestId, () => context.ledger.health());
	const ok = known.ok && !known.value.credentialRejected && (known.value.problems ?? []).length === 0;
	return Response.json({ ok }, { status: ok ? 200 : 503 });
}
