// How heavy each risk weighs, and where the limits are: a team's own answer, with ours as the default.
import type { Cidr } from "../address/cidr.ts";
import type { GuardName, Level } from "../record/verdict.ts";

export interface Policy {
	levels: Readonly<Record<GuardName, Level>>;
	/** CIDRs, and ids of prefixes and bindings, that nobody deletes. */
	protected: { ranges: readonly Cidr[]; ids: readonly string[] };
	/** At most so many deletions in a window of so long, on the account. */
	budget: { deletions: number; windowMinutes: number };
	/** How long an approval can be given. */
	approvalMinutes: number;
}

/** These say who may act, and on what they were agreed; a level could only weaken them. */
export const fixedGuards: readonly GuardName[] = ["frozen", "out_of_range", "changed"];

export const defaultPolicy: Policy = {
	levels: {
		frozen: "refuse",
		protected: "refuse",
		out_of_range: "refuse",
		budget: "refuse",
		breadth: "refuse",
		changed: "refuse",
		last_binding: "approve",
		not_restorable: "refuse",
		leaves_no_service: "acknowledge",
		still_provisioning: "acknowledge",
		no_reason: "pass",
	},
	protected: { ranges: [], ids: [] },
	budget: { deletions: 5, windowMinutes: 60 },
	approvalMinutes: 60,
};
