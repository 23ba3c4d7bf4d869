// Short functions for what people do in these tests. The documented caller makes the requests, so that both the
// sandbox's actor and the approver are someone else.
import { expect } from "vitest";
import type { Binding } from "../../sandbox/imitation/state.ts";
import type { Deletion } from "../../src/deletion/record/deletion.ts";
import { approver, documentedCaller } from "../doors/account.ts";
import { type Answer, call, cloudflare } from "../harness.ts";

export const asker = documentedCaller;
export const operator = { name: "sandbox", token: "unbind_sandbox" };
export { approver };

export const record = async (id: string): Promise<Deletion> => (await call(`/deletions/${id}`)).json;
export const events = ({ timeline }: Deletion): string[] => timeline.map(({ event }) => event);

export const remove = (target: string, query = "", token = asker.token): Promise<Answer> =>
	call(`/bindings/${target}${query}`, { method: "DELETE", token });

export const decide = (id: string, decision: string, token = approver.token): Promise<Answer> =>
	call(`/deletions/${id}/approval`, { method: "POST", token, json: { decision } });

export const cancel = (id: string, token = operator.token): Promise<Answer> =>
	call(`/deletions/${id}/cancellation`, { method: "POST", token });

export const restore = (id: string, token = operator.token, prefer = "wait=25"): Promise<Answer> =>
	call(`/deletions/${id}/restoration`, { method: "POST", token, headers: { prefer } });

export const freeze = (json: unknown = { reason: "INC-1" }, token = operator.token): Promise<Answer> =>
	call("/freeze", { method: "PUT", json, token });
export const lift = (token = operator.token): Promise<Answer> => call("/freeze", { method: "DELETE", token });

/** Someone else changes a prefix's bindings at Cloudflare. */
export async function others(prefixId: string, change: (bindings: Binding[]) => Binding[]): Promise<void> {
	const state = await cloudflare.state();
	for (const prefix of state.prefixes) if (prefix.id === prefixId) prefix.bindings = change(prefix.bindings);
	await cloudflare.put(state);
}

export const othersDelete = (prefixId: string, bindingId: string): Promise<void> =>
	others(prefixId, (bindings) => bindings.filter(({ id }) => id !== bindingId));

/** The bindings of a prefix at Cloudflare. */
export const bound = async (prefixId: string): Promise<Binding[]> =>
	(await cloudflare.state()).prefixes.find(({ id }) => id === prefixId)?.bindings ?? [];

export const creations = async (): Promise<string[]> =>
	(await cloudflare.calls()).filter((one) => one.startsWith("POST"));

export const cidr = "203.0.113.128/25";

/** Deletes a binding and returns its record's id. */
export async function deleted(target = cidr, query = ""): Promise<string> {
	const { json } = await remove(target, query);
	expect(json.state).toBe("deleted");
	return json.id;
}
