// Freezes all deletions, and lifts the freeze. The forms are on the account's page and in the banner.

import * as v from "valibot";
import { freezeOf } from "../../deletion/judgement/freeze.ts";
import { fail, ok } from "../../deletion/result.ts";
import { lacks } from "../auth/authenticate.ts";
import { failureProblem } from "../reply/failure.ts";
import { atField, problem } from "../reply/problem.ts";
import { reasonSchema } from "../request/input.ts";
import { accountPage } from "./account.tsx";
import { changeDoor } from "./door.tsx";
import { utcMinute } from "./form.ts";
import { seeOther } from "./html.ts";

const entries = { turn: v.picklist(["on", "off"]), reason: v.optional(reasonSchema), until: v.optional(utcMinute) };

export const turnFreeze = changeDoor(
	entries,
	async (_request, { ledger }, { actor }, { turn, reason, until }) => {
		const missing = lacks(actor, "freeze");
		if (missing !== null) return fail(missing);
		const nowMs = Date.now();
		if (turn === "on" && reason === undefined)
			return fail(atField(problem("invalid_request", "A freeze needs a reason."), "reason", "is missing"));
		if (until !== undefined && until <= nowMs) {
			const past = problem("invalid_request", "A freeze must end in the future.");
			return fail(atField(past, "until", "must be in the future"));
		}
		const freeze = turn === "off" ? null : freezeOf(reason ?? "", until ?? null, actor, nowMs);
		const set = await ledger.setFreeze(freeze, actor);
		return set.ok ? ok(seeOther("/account")) : fail(failureProblem(set.failure));
	},
	{
		fields: ["reason", "until"],
		show: (_request, context, viewer, refill) => accountPage(context, viewer, refill),
	},
);
