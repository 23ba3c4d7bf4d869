import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { post } from "../../../src/adapters/notify/post.ts";
import type { Outgoing } from "../../../src/notify/destination.ts";

const outgoing: Outgoing = {
	method: "POST",
	url: "https://hooks.example.net/secret",
	headers: { "x-a": "b" },
	body: "{}",
};
let asked: RequestInit[] = [];
const answer = (respond: (init: RequestInit) => Response | Promise<Response>) =>
	vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init = {}) => {
		asked.push(init);
		return respond(init);
	});

beforeEach(() => {
	asked = [];
});
afterEach(() => void vi.restoreAllMocks());

it("sends the message as it is, and follows no redirect", async () => {
	answer(() => new Response("gone", { status: 302, headers: { location: "https://elsewhere.example.net/" } }));
	expect(await post(outgoing)).toMatchObject({ status: 302, text: "gone" });
	expect(asked).toEqual([{ ...outgoing, url: undefined, redirect: "manual", signal: expect.any(AbortSignal) }]);
});

it("reads the start of an endless answer and cancels the rest", async () => {
	let sent = 0;
	const cancel = vi.fn();
	const endless = () =>
		new ReadableStream<Uint8Array>({
			pull(controller) {
				sent++;
				controller.enqueue(new Uint8Array(1024).fill(97));
			},
			cancel,
		});
	answer(() => new Response(endless()));
	const { text } = await post(outgoing);
	expect(text.length).toBeLessThanOrEqual(4096);
	expect(sent).toBeLessThan(10);
	expect(cancel).toHaveBeenCalled();
});

it("keeps the status if the answer breaks off", async () => {
	answer(
		() =>
			new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("cut")) }), { status: 202 }),
	);
	expect(await post(outgoing)).toMatchObject({ status: 202, text: "" });
});

it("gives up after 15 seconds, whether the answer does not begin or does not end", async () => {
	const limit = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => {
		const controller = new AbortController();
		setTimeout(() => controller.abort(), 20);
		return controller.signal;
	});
	answer(
		({ signal }) =>
			new Promise((_, reject) =>
				signal?.addEventListener("abort", () => reject(new Error("https://hooks.example.net/secret"))),
			),
	);
	expect(await post(outgoing)).toMatchObject({ status: 0, text: "" });
	expect(limit).toHaveBeenCalledWith(15_000);
});

it("has no status if there is no answer", async () => {
	answer(() => {
		throw new TypeError("Network connection lost.");
	});
	const { status, headers, text } = await post(outgoing);
	expect([status, [...headers], text]).toEqual([0, [], ""]);
});
