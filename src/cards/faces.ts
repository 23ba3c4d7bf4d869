// How each choice looks on a button.
import type { Choice } from "../deletion/steps/offer.ts";
import type { Button } from "./card.ts";

export const faces: Record<Choice, Pick<Button, "label" | "style">> = {
	delete: { label: "Delete", style: "danger" },
	dismiss: { label: "Cancel", style: "plain" },
	approve: { label: "Approve", style: "danger" },
	reject: { label: "Reject", style: "plain" },
	cancel: { label: "Cancel deletion", style: "plain" },
	lift: { label: "Lift the freeze", style: "danger" },
	restore: { label: "Restore", style: "primary" },
	restoreAll: { label: "Restore all", style: "primary" },
};
