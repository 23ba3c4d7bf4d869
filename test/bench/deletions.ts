// Deletion requests in the form that each Worker expects.
import { setTimeout } from "node:timers/promises";
import { account } from "./account.ts";
import { type Call, type Client, sendAll } from "./load.ts";
import type { World } from "./world.ts";

const targetAt = (index: number) => {
	const target = account.targets[index % account.targets.length];
	if (target === undefined) throw new Error("the account is empty");
	return target;
};

export const unbindDeletion = (world: World, worker: string, index: number): Call => ({
	method: "DELETE",
	url: `${world.url(worker)}/bindings/${targetAt(index).cidr}?reason=INC-4211+drain`,
});

/** Makes the same calls to Cloudflare as unbind, which also lists the prefixes the first time. */
export const bareDeletion = (world: World, worker: string, index: number): Call => {
	const { cidr, prefixId } = targetAt(index);
	return { method: "DELETE", url: `${world.url(worker)}/${cidr}?prefix=${prefixId}` };
};

/** Deletes one binding through unbind or a peer that keeps a history, and returns the record. */
export async function deletionOf(client: Client, world: World, worker: string, index: number): Promise<{ id: string }> {
	const [record] = await deletionsOf(client, world, worker, [index]);
	if (record === undefined) throw new Error(`${worker} deleted nothing`);
	return record;
}

export async function deletionsOf(
	client: Client,
	world: World,
	worker: string,
	indices: readonly number[],
): Promise<{ id: string }[]> {
	const isPeer = worker === "itty" || worker === "hono";
	const calls = isPeer
		? await Promise.all(indices.map((index) => peerDeletion(client, world, worker, index)))
		: indices.map((index) => unbindDeletion(world, worker, index));
	const answers = await sendAll(client, calls, 10);
	return answers.map(({ text }) => JSON.parse(text));
}

/** A deletion that was scheduled and cancelled, so its record can no longer change. */
export async function cancelledDeletion(client: Client, url: string, index: number): Promise<{ id: string }> {
	const at = new Date(Date.now() + 86_400_000).toISOString();
	const scheduled = await client.send({
		method: "DELETE",
		url: `${url}/bindings/${targetAt(index).cidr}?not_before=${at}`,
		status: 202,
	});
	const { id }: { id: string } = JSON.parse(scheduled.text);
	await client.send({ method: "POST", url: `${url}/deletions/${id}/cancellation` });
	return { id };
}

/** Waits until KV has every record. */
export async function published(world: World, worker: string, ids: readonly string[]): Promise<void> {
	const kv = await world.kv(worker);
	for (const id of ids) while ((await kv.get(`deletion:${id}`)) === null) await setTimeout(20);
}

/** The peers take a binding's id, which the caller has to look up first. */
async function peerDeletion(client: Client, world: World, worker: string, index: number): Promise<Call> {
	const { cidr, prefixId } = targetAt(index);
	const path = `/client/v4/accounts/x/addressing/prefixes/${prefixId}/bindings`;
	const { text } = await client.send({ url: world.url("upstream") + path });
	const { result }: { result: { id: string; cidr: string }[] } = JSON.parse(text);
	const id = result.find((binding) => binding.cidr === cidr)?.id;
	return { method: "DELETE", url: `${world.url(worker)}/prefixes/${prefixId}/bindings/${id}` };
}
