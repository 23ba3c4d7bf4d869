// What a control order can change about the imitation: permissions, delays and the shapes that sources disagree on. It only
// holds the settings. A member that an order leaves out stays as it is.
import * as v from "valibot";

const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(30 * 86_400));

export const behaviourSchema = v.strictObject({
	/** Whether credentials may read the audit log (Account Settings: Read). */
	audit_log: v.exactOptional(v.boolean()),
	/** Whether credentials may read BGP prefixes. */
	bgp_prefixes: v.exactOptional(v.boolean()),
	/** How long after an action its audit entry can be read. Counts for the actions that follow. */
	audit_delay_seconds: v.exactOptional(seconds),
	/** The docs have `result_info.cursor`, the TypeScript SDK 7.3 reads `result_info.cursors.after`. */
	audit_cursor: v.exactOptional(v.picklist(["cursor", "cursors.after", "both"])),
	/** How long a new binding is `provisioning`. Null: for good. Counts for the bindings that follow. */
	settling_seconds: v.exactOptional(v.nullable(seconds)),
	/** How far reads lag. The first one whose `path` is part of the read's path counts. */
	lags: v.exactOptional(
		v.array(
			v.strictObject({ path: v.optional(v.string(), ""), seconds: v.pipe(v.number(), v.minValue(0), v.maxValue(150)) }),
		),
	),
});

export type BehaviourInput = v.InferInput<typeof behaviourSchema>;
export type BehaviourOrder = v.InferOutput<typeof behaviourSchema>;
export type Behaviour = Required<BehaviourOrder>;

/** `permission` names the member that gives it. */
export type ReadPermission = "audit_log" | "bgp_prefixes";

export const usualBehaviour: Behaviour = {
	audit_log: true,
	bgp_prefixes: true,
	audit_delay_seconds: 5,
	audit_cursor: "cursor",
	settling_seconds: null,
	lags: [],
};

export function lagMsOf({ lags }: Behaviour, path: string): number {
	return (lags.find((one) => path.includes(one.path))?.seconds ?? 0) * 1000;
}
