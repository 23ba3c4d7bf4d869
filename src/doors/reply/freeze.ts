// The freeze as the API shows it: every member is present, frozen or not.
import type { Freeze } from "../../deletion/judgement/freeze.ts";

export const shownFreeze = (freeze: Freeze | null) => ({
	frozen: freeze !== null,
	reason: null,
	by: null,
	since: null,
	until: null,
	...freeze,
});
