// Mass deletions in chat: lists them, shows what restoring one would create, and restores it when the button is pressed. The
// button restores only what the card counted.
import { type Button, type Card, card, type Fact } from "../../cards/card.ts";
import { listed, partyWords, recordPage, timeWords } from "../../cards/words.ts";
import { plainId } from "../../deletion/address/cloudflare-id.ts";
import {
	authorWords,
	isMissing,
	type MassDeletion,
	type ToRestore,
} from "../../deletion/restorations/mass-deletion.ts";
import type { Restorations } from "../../deletion/restorations/restorations.ts";
import type { OfferedRestorations } from "../../deletion/steps/offer.ts";
import { readLost, readMassDeletions } from "../request/mass-deletions.ts";
import { ownButtons } from "./buttons.ts";
import { type ChatRequest, type Reply, refused, refusedBy, refusedWithout, reply } from "./reply.ts";

const eventsShown = 10;
const bindingsShown = 10;

export async function showLost(request: ChatRequest): Promise<Reply> {
	const known = await readMassDeletions(request.context);
	return known.ok ? reply(listCard(known.value.slice(0, eventsShown), request.origin)) : refusedBy(known.failure);
}

const listCard = (events: readonly MassDeletion[], origin: string): Card =>
	card(events.length === 0 ? "No mass deletion in the last week" : "Mass deletions of the last week", {
		rows: events.map(({ id, since, deletions }) => ({
			head: `${deletions.length} bindings`,
			link: lostPage(origin, id),
			rest: [
				`since ${timeWords(since)}`,
				`${restoredWords(deletions)} restored`,
				`by ${authorWords(deletions)}`,
				id,
			].join(" · "),
		})),
		text: events.length === 0 ? [] : ["To restore one: /unbind restore-all <event>"],
	});

const restoredWords = (deletions: MassDeletion["deletions"]): string =>
	`${deletions.filter((row) => !isMissing(row)).length} of ${deletions.length}`;

const lostPage = (origin: string, id: string): string => `${origin}/account/lost/${id}`;

export async function askToRestoreAll(
	{ event, reason }: { event: string; reason: string | null },
	request: ChatRequest,
): Promise<Reply> {
	const { actor, context, ledger, origin } = request;
	const lost = await readLost(event, actor, context);
	if (!lost.ok) return refusedBy(lost.failure);
	if (lost.value === null) return refused('There is no mass deletion with this id. "/unbind lost" lists them.');
	const { mass, prefixCidr, what } = lost.value;
	const last = mass.restorations_id === null ? null : await ledger.restorations(mass.restorations_id);
	if (last?.ok && last.value?.state === "restoring") return reply(restoringCard(last.value, origin));
	if (what.missing === 0) return reply(allRestoredCard(mass, origin));
	const dark = new Set(what.all.filter(({ isDark }) => isDark).map(({ row }) => plainId(row.prefix_id ?? "")));
	const darkCidrs = [...dark].map((id) => prefixCidr(id) ?? id);
	const mayRestore = actor.scopes.includes("restore");
	const deletions = what.restorable.map(({ row }) => row.id);
	const label =
		deletions.length === what.all.length ? `Restore all ${deletions.length}` : `Restore ${deletions.length}`;
	const isOffered = mayRestore && deletions.length > 0;
	const subject = { about: "restorations" as const, restorations: { deletions, reason } };
	const buttons = isOffered ? await ownButtons(["restoreAll", "dismiss"], subject, request) : [];
	const labelled = buttons.map((one) => (one.choice === "restoreAll" ? { ...one, label } : one));
	return reply(planCard(mass, what, { reason, darkCidrs, mayRestore, buttons: labelled, origin }));
}

interface Shown {
	reason: string | null;
	darkCidrs: readonly string[];
	mayRestore: boolean;
	buttons: readonly Button[];
	origin: string;
}

/** What disappeared, and what would be created in which order. */
function planCard(
	mass: MassDeletion,
	what: ToRestore,
	{ reason, darkCidrs, mayRestore, buttons, origin }: Shown,
): Card {
	const { restorable, missing, outside, prefixes } = what;
	const more = restorable.length - bindingsShown;
	const facts: Fact[] = [
		{ name: "Disappeared", value: `${mass.deletions.length} bindings, since ${timeWords(mass.since)}` },
		{ name: "Deleted by", value: authorWords(mass.deletions) },
		{ name: "Prefixes", value: `${prefixes.total}, ${prefixes.dark} with no binding left` },
		...(darkCidrs.length === 0 ? [] : [{ name: "No binding left", value: listed(darkCidrs, darkCidrs.length) }]),
		{ name: "Restored", value: restoredWords(mass.deletions) },
		{ name: "Why", value: reason ?? "no reason given" },
	];
	return card(`Restore ${missing} of ${mass.deletions.length} bindings?`, {
		tone: "careful",
		text: [
			...(mayRestore ? [] : ['You cannot restore these bindings: you lack the scope "restore".']),
			...(outside === 0 ? [] : [`${outside} are outside your ranges. Someone else has to restore them.`]),
			`Creates ${restorable.length} bindings, each with a new id. Prefixes with no binding left come first.`,
		],
		facts,
		rows: restorable.slice(0, bindingsShown).map(({ row: { id, cidr, service_name }, isDark }) => ({
			head: cidr ?? id,
			link: recordPage(origin, id),
			rest: `to ${service_name ?? "a regional service"}${isDark ? " · no binding left in its prefix" : ""}`,
		})),
		warnings: more > 0 ? [`${more} more are not listed here. The page lists them all.`] : [],
		buttons,
		link: lostPage(origin, mass.id),
	});
}

/** The offer's id is the idempotency key: a click delivered twice gets one restoration and one announcement. */
export async function restoreAll(
	{ deletions, reason }: OfferedRestorations,
	offerId: string,
	request: ChatRequest,
): Promise<Reply> {
	const { actor, ledger, origin } = request;
	const refusal = refusedWithout("restore", request);
	if (refusal !== null) return refusal;
	const begun = await ledger.restoreMany({ deletions, reason, actor, key: `chat:${offerId}` });
	if (!begun.ok) return refusedBy(begun.failure);
	const shown = restoringCard(begun.value, origin);
	return reply(shown, { announcement: shown });
}

function restoringCard({ id, total, counts, state, requested_by, reason }: Restorations, origin: string): Card {
	const back = counts.restored + counts.already_bound;
	const isDone = state === "done";
	return card(isDone ? `Restored ${back} of ${total} bindings` : `Restoring ${total} bindings`, {
		tone: isDone ? (back === total ? "good" : "bad") : "careful",
		text: isDone
			? []
			: ["unbind continues by itself. It starts with prefixes that have no binding left. The page shows the progress."],
		facts: [
			{ name: "By", value: partyWords(requested_by) },
			{ name: "Why", value: reason ?? "no reason given" },
			{ name: "Restored", value: `${back} of ${total}` },
		],
		link: `${origin}/account/restorations/${id}`,
	});
}

const allRestoredCard = ({ id, deletions }: MassDeletion, origin: string): Card =>
	card(`All ${deletions.length} bindings are restored`, { tone: "good", link: lostPage(origin, id) });
