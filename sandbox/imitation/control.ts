// The control surface over HTTP: faults, the request log and the state. Tests inside workerd and people with curl steer
// an imitation with it. It asks for no credential, so it must never be reachable from beyond loopback.
//
//   POST   /sandbox/faults   one order or a list        GET    /sandbox/faults   the pending ones
//   DELETE /sandbox/faults   forget them                POST   /sandbox/release  let held requests go on
//   POST   /sandbox/drop     drop held requests         POST   /sandbox/reset    everything as new
//   GET    /sandbox/log      ?at_least=N waits for N    DELETE /sandbox/log
//   GET    /sandbox/messages ?at_least=N               DELETE /sandbox/messages
//   GET    /sandbox/inbox    ?to=kind&at_least=N; a page for a browser   DELETE /sandbox/inbox
//   POST   /sandbox/inbox/faults                        GET, DELETE /sandbox/inbox/faults
//   GET    /sandbox/state                               PUT    /sandbox/state
//   POST   /sandbox/elsewhere   others delete, create or change bindings, or announce and withdraw BGP prefixes
//   GET    /sandbox/behaviour                           POST   /sandbox/behaviour   permissions, delays, settling, lag
//   GET    /sandbox/clock                               POST   /sandbox/clock       moves the imitation's own time
//   POST   /sandbox/access   an assertion of Cloudflare Access with these claims
import * as v from "valibot";
import { destinationKinds } from "../../src/notify/destination.ts";
import { type Inbox, inboxOrders } from "../receivers/inbox.ts";
import { inboxPage } from "../receivers/inbox-page.ts";
import { signAssertion } from "./access.ts";
import { behaviourSchema } from "./behaviour.ts";
import { clockSchema } from "./clock.ts";
import { elsewhereSchema } from "./elsewhere-order.ts";
import { orderSchema } from "./faults.ts";
import type { Imitation } from "./imitation.ts";
import { stateSchema } from "./state.ts";

const ordersSchema = v.pipe(
	v.union([v.array(orderSchema), orderSchema]),
	v.transform((orders) => (Array.isArray(orders) ? orders : [orders])),
);

const countSchema = v.pipe(v.string(), v.digits(), v.transform(Number));

const done = () => new Response(null, { status: 204 });

export async function handleControl(imitation: Imitation, request: Request): Promise<Response> {
	const { pathname, searchParams } = new URL(request.url);
	const { faults, log, messages, inbox } = imitation;

	switch (`${request.method} ${pathname}`) {
		case "GET /sandbox/faults":
			return Response.json(faults.pending());
		case "POST /sandbox/faults":
			return withJson(request, ordersSchema, (orders) => {
				faults.order(...orders);
				return Response.json(faults.pending());
			});
		case "DELETE /sandbox/faults":
			faults.clear();
			return done();
		case "POST /sandbox/release":
			imitation.release();
			return done();
		case "POST /sandbox/drop":
			imitation.drop();
			return done();
		case "POST /sandbox/reset":
			imitation.reset();
			return done();
		case "GET /sandbox/log":
			return arrived(searchParams, log.whenArrived);
		case "DELETE /sandbox/log":
			log.clear();
			return done();
		case "GET /sandbox/messages":
			return arrived(searchParams, messages.whenArrived);
		case "DELETE /sandbox/messages":
			messages.clear();
			return done();
		case "GET /sandbox/inbox":
			if (request.headers.get("accept")?.includes("text/html"))
				return new Response(inboxPage(inbox.all()), { headers: { "content-type": "text/html; charset=utf-8" } });
			return inboxArrived(inbox, searchParams);
		case "DELETE /sandbox/inbox":
			inbox.clear();
			return done();
		case "GET /sandbox/inbox/faults":
			return Response.json(inbox.pending());
		case "POST /sandbox/inbox/faults":
			return withJson(request, inboxOrders, (orders) => {
				inbox.order(orders);
				return Response.json(inbox.pending());
			});
		case "DELETE /sandbox/inbox/faults":
			inbox.clearOrders();
			return done();
		case "GET /sandbox/state":
			return Response.json(imitation.snapshot());
		case "PUT /sandbox/state":
			return withJson(request, stateSchema, (state) => {
				imitation.replace(state);
				return done();
			});
		case "POST /sandbox/elsewhere":
			return withJson(request, elsewhereSchema, (order) => {
				const outcome = imitation.elsewhere(order);
				if ("error" in outcome) return refused(outcome.status, outcome.error);
				return Response.json(outcome);
			});
		case "GET /sandbox/behaviour":
			return Response.json(imitation.behaviour());
		case "POST /sandbox/behaviour":
			return withJson(request, behaviourSchema, (order) => {
				imitation.behave(order);
				return Response.json(imitation.behaviour());
			});
		case "GET /sandbox/clock":
			return time(imitation);
		case "POST /sandbox/clock":
			return withJson(request, clockSchema, (order) => {
				imitation.moveClock(order);
				return time(imitation);
			});
		case "POST /sandbox/access":
			return withJson(
				request,
				v.record(v.string(), v.unknown()),
				async (claims) => new Response(await signAssertion(claims)),
			);
		default:
			return refused(404, `no such control: ${request.method} ${pathname}`);
	}
}

async function arrived(
	parameters: URLSearchParams,
	whenArrived: (count: number) => Promise<unknown[]>,
): Promise<Response> {
	const atLeast = v.safeParse(countSchema, parameters.get("at_least") ?? "0");
	return atLeast.success ? Response.json(await whenArrived(atLeast.output)) : unreadable("at_least: a number");
}

async function inboxArrived(inbox: Inbox, parameters: URLSearchParams): Promise<Response> {
	const to = v.safeParse(v.nullable(v.picklist(destinationKinds)), parameters.get("to"));
	if (!to.success) return unreadable(`to: one of ${destinationKinds.join(", ")}`);
	return arrived(parameters, (count) => inbox.whenArrived(count, to.output));
}

async function withJson<Output>(
	request: Request,
	schema: v.GenericSchema<unknown, Output>,
	act: (output: Output) => Response | Promise<Response>,
): Promise<Response> {
	const json: unknown = await request.json().catch(() => undefined);
	const read = v.safeParse(schema, json);
	return read.success ? act(read.output) : unreadable(v.summarize(read.issues));
}

const time = (imitation: Imitation) => Response.json({ now: new Date(imitation.now()).toISOString() });

const refused = (status: number, error: string) => Response.json({ error }, { status });

const unreadable = (error: string) => refused(400, error);
