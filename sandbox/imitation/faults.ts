// Orders for faults: what can be ordered, and the queue that matches orders to requests. What a fault does is in
// misbehave.ts.
import * as v from "valibot";

const status = v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const errorSchema = v.looseObject({
	code: v.number(),
	message: v.string(),
	error_chain: v.optional(v.array(v.object({ code: v.number(), message: v.string() }))),
});

/** Whether the operation is carried out before its answer is replaced. By default it is if the status is a success. */
const effect = v.optional(v.boolean());

export const faultSchema = v.variant("kind", [
	v.strictObject({ kind: v.literal("delay"), milliseconds: count }),
	/** 971 is throttling. 1002 says that the prefix was withdrawn minutes ago. */
	v.strictObject({
		kind: v.literal("throttle"),
		retry_after: v.optional(count),
		code: v.optional(v.picklist([971, 1002]), 971),
	}),
	v.strictObject({
		kind: v.literal("reject"),
		status: v.optional(status, 500),
		errors: v.optional(v.array(errorSchema)),
		effect,
	}),
	v.strictObject({ kind: v.literal("html"), status: v.optional(status, 502), effect }),
	v.strictObject({ kind: v.literal("empty"), status: v.optional(status, 200), effect }),
	v.strictObject({ kind: v.literal("garbage"), status: v.optional(status, 200), effect }),
	v.strictObject({
		kind: v.literal("redirect"),
		location: v.optional(v.string(), "https://redirected.invalid/"),
	}),
	v.strictObject({
		kind: v.literal("huge"),
		bytes: v.optional(count, 16 * 1024 * 1024),
		status: v.optional(status, 200),
		effect,
	}),
	/** Any answer: a string is sent unchanged, anything else as JSON. */
	v.strictObject({
		kind: v.literal("respond"),
		status: v.optional(status, 200),
		body: v.unknown(),
		headers: v.optional(v.record(v.string(), v.string()), {}),
		effect,
	}),
	v.strictObject({ kind: v.literal("drop_before") }),
	v.strictObject({ kind: v.literal("drop_after") }),
	v.strictObject({ kind: v.literal("drop_mid_body") }),
	v.strictObject({ kind: v.literal("hang_before") }),
	v.strictObject({ kind: v.literal("hang_after") }),
	v.strictObject({ kind: v.literal("hang_mid_body") }),
]);

export const orderSchema = v.strictObject({
	method: v.optional(v.picklist(["GET", "DELETE", "POST"])),
	path: v.optional(v.string()),
	times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
	fault: faultSchema,
});

export type Fault = v.InferOutput<typeof faultSchema>;
export type Order = v.InferOutput<typeof orderSchema>;
export type OrderInput = v.InferInput<typeof orderSchema>;

export interface FaultQueue {
	order(...orders: OrderInput[]): void;
	/** The first order that fits, used up by one. Synchronous, so that two requests never share one. */
	take(method: string, path: string): Fault | null;
	pending(): Order[];
	clear(): void;
}

export function createFaultQueue(): FaultQueue {
	let queue: Order[] = [];
	return {
		order(...orders) {
			queue.push(...v.parse(v.array(orderSchema), orders));
		},
		take(method, path) {
			const order = queue.find((one) => (one.method ?? method) === method && path.includes(one.path ?? ""));
			if (!order) return null;
			order.times -= 1;
			queue = queue.filter(({ times }) => times > 0);
			return order.fault;
		},
		pending: () => structuredClone(queue),
		clear() {
			queue = [];
		},
	};
}
