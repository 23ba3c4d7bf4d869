// How serious each risk is, and what the limits are. A team can set its own; these are the defaults.
import type { Cidr } from "../address/cidr.ts";
import type { GuardName, Level } from "../record/verdict.ts";

export interface Policy {
	levels: Readonly<Record<GuardName, Level>>;
	/** CIDRs, and ids of prefixes and bindings, that nobody may delete. */
	protected: { ranges: readonly Cidr[]; ids: readonly string[] };
	/** At most this many deletions on the account per window. */
	budget: { deletions: number; windowMinutes: number };
	/** How long a deletion waits for approval before it expires. */
	approvalMinutes: number;
}

/** These guards always refuse: a level could only weaken them. */
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
		// True of nearly every live binding.
		advertised: "pass",
		no_reason: "pass",
	},
	protected: { ranges: [], ids: [] },
	budget: { deletions: 5, windowMinutes: 60 },
	approvalMinutes: 60,
};
