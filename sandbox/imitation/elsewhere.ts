// Carries out what others do at Cloudflare. An order is carried out as a whole or not at all, by the same rules as the API's, and
// each change gets an audit entry.
import { actorElsewhere } from "./audit-entry.ts";
import type { Action, AuditLog } from "./audit-log.ts";
import { bgpPrefixesOf, setAdvertised } from "./bgp-prefix.ts";
import { isCanonicalCidr, isInside } from "./cidr.ts";
import { createBinding } from "./create-binding.ts";
import type { Elsewhere } from "./elsewhere-order.ts";
import type { Answer } from "./envelope.ts";
import { base } from "./routes.ts";
import type { Binding, Prefix, State } from "./state.ts";
import type { World } from "./world.ts";

type Located = Binding & { prefix_id: string };

/** The answer to an order. Bindings are as they were when they were deleted, changed or created. */
export interface Done {
	deleted: Located[];
	created: Located[];
	changed: { before: Located; after: Located }[];
	advertised: { id: string; cidr: string; prefix_id: string; advertised: boolean }[];
}

/** A change before it is logged. `below` is its path below the prefixes. */
type Deed = Pick<Action, "type" | "method" | "status" | "resource"> & { below: string };

export type Outcome = Done | { status: number; error: string };

interface Account {
	account: string;
	world: World;
	auditLog: AuditLog;
	now: () => number;
	newId: () => string;
	newRay: () => string;
}

export function createOthers({ account, world, auditLog, now, newId, newRay }: Account): (order: Elsewhere) => Outcome {
	return (order) => {
		const draft = world.snapshot();
		const outcome = sendDeletion(draft, order, newId, new Date(now()).toISOString());
		if ("error" in outcome) return outcome;
		const isSystem = order.by.how === "system";
		const actor = actorElsewhere(order.by, account);
		for (const { below, ...deed } of outcome.deeds) {
			const path = `${base}/accounts/${account}/addressing/prefixes/${below}`;
			const ray = isSystem ? null : newRay();
			auditLog.write({ ...deed, actor, path, ray, userAgent: isSystem ? null : "Mozilla/5.0" });
		}
		const { created, changed } = outcome.done;
		const moved = changed.filter(({ before, after }) => before.id !== after.id).map(({ after }) => after);
		world.replace(
			draft,
			[...created, ...moved].map(({ id }) => id),
		);
		return outcome.done;
	};
}

class Refused extends Error {
	readonly status: number;
	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

const located = (prefix: Prefix, binding: Binding): Located => ({ ...structuredClone(binding), prefix_id: prefix.id });

function findBinding({ prefixes }: State, name: string): [Prefix, Binding] {
	for (const prefix of prefixes)
		for (const binding of prefix.bindings) if (binding.id === name || binding.cidr === name) return [prefix, binding];
	throw new Refused(404, `no binding has the CIDR or id ${name}`);
}

function prefixAround({ prefixes }: State, cidr: string): Prefix {
	if (!isCanonicalCidr(cidr)) throw new Refused(400, `${cidr} is not a canonical CIDR`);
	const found = prefixes.find((prefix) => isInside(cidr, prefix.cidr));
	if (found) return found;
	throw new Refused(404, `no prefix contains ${cidr}`);
}

/** Why the API would refuse it. */
const messageOf = ({ body }: Answer): string =>
	(body as { errors: { message: string }[] }).errors.map(({ message }) => message).join("; ");

/** Changes the state, which may be left half changed if the order is refused. */
function sendDeletion(
	state: State,
	order: Elsewhere,
	newId: () => string,
	at: string,
): { done: Done; deeds: Deed[] } | { status: number; error: string } {
	const done: Done = { deleted: [], created: [], changed: [], advertised: [] };
	const deeds: Deed[] = [];

	function remove(name: string): Located {
		const [prefix, binding] = findBinding(state, name);
		prefix.bindings.splice(prefix.bindings.indexOf(binding), 1);
		const below = `${prefix.id}/bindings/${binding.id}`;
		deeds.push({ type: "delete", method: "DELETE", status: 200, below, resource: bindingOf(prefix) });
		return located(prefix, binding);
	}
	function create(json: { cidr: string; service_id: string }): Located {
		const prefix = prefixAround(state, json.cidr);
		const made = createBinding(prefix, state.services, newId(), json);
		if ("refusal" in made) throw new Refused(made.refusal.status, messageOf(made.refusal));
		prefix.bindings.push(made.binding);
		const below = `${prefix.id}/bindings`;
		deeds.push({ type: "create", method: "POST", status: 201, below, resource: bindingOf(prefix) });
		return located(prefix, made.binding);
	}
	function changeInPlace({ cidr, service_id }: { cidr: string; service_id: string }) {
		const [prefix, binding] = findBinding(state, cidr);
		const before = located(prefix, binding);
		const service = state.services.find(({ id }) => id === service_id);
		if (!service) throw new Refused(400, `no service has the id ${service_id}`);
		Object.assign(binding, { service_id, service_name: service.name });
		const below = `${prefix.id}/bindings/${binding.id}`;
		deeds.push({ type: "update", method: "PATCH", status: 200, below, resource: bindingOf(prefix) });
		return { before, after: located(prefix, binding) };
	}
	function announce(name: string, advertised: boolean): void {
		for (const prefix of state.prefixes) {
			const found = bgpPrefixesOf(prefix).find(({ id, cidr }) => id === name || cidr === name);
			if (!found) continue;
			const why = setAdvertised(prefix, found.id, advertised, at);
			if (why !== null) throw new Refused(409, `${name}: ${why}`);
			const below = `${prefix.id}/bgp/prefixes/${found.id}`;
			const resource = { id: found.id, type: "bgp_prefix" as const };
			deeds.push({ type: "update", method: "PATCH", status: 200, below, resource });
			done.advertised.push({ id: found.id, cidr: found.cidr, prefix_id: prefix.id, advertised });
			return;
		}
		throw new Refused(404, `no BGP prefix has the CIDR or id ${name}`);
	}

	try {
		const all = () => state.prefixes.flatMap(({ bindings }) => bindings.map(({ id }) => id));
		for (const name of order.delete === "all" ? all() : (order.delete ?? [])) done.deleted.push(remove(name));
		for (const { keep_id, ...json } of order.change ?? [])
			done.changed.push(keep_id ? changeInPlace(json) : { before: remove(json.cidr), after: create(json) });
		for (const json of order.create ?? []) done.created.push(create(json));
		for (const name of order.withdraw ?? []) announce(name, false);
		for (const name of order.advertise ?? []) announce(name, true);
	} catch (error) {
		if (error instanceof Refused) return { status: error.status, error: error.message };
		throw error;
	}
	return { done, deeds };
}

const bindingOf = (prefix: Prefix) => ({ id: prefix.id, type: "service_binding" as const });
