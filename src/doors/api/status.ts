// unbind's own state, for its operator: the facts behind `/health`, and more. Costs one call to the Ledger and none to
// Cloudflare.

import type { ConfigProblem, Part } from "../../config/problem.ts";
import { bgpPermission } from "../../deletion/address/bgp-prefix.ts";
import { auditPermission } from "../../deletion/audit-log.ts";
import { at } from "../../deletion/record/deletion.ts";
import { ok } from "../../deletion/result.ts";
import { noSettling, type Settling } from "../../deletion/settling-times.ts";
import type { HealthProblem, StatusFacts } from "../../deletion/status.ts";
import { settingsIn } from "../misconfigured.ts";
import { readInTurn } from "../request/turns.ts";
import { withQuery } from "../token-door.ts";

export const showStatus = withQuery({}, async (_request, context) => {
	const known = await readInTurn("status", context, () => context.ledger.status());
	if (!known.ok) return known;
	const { config } = context;
	const { facts } = known.value;
	const problems = [...known.value.problems, ...closedDeletions(config.problemsClosing("deletions"))];
	const configuration = config.problems.map(({ plain, closes }) => ({
		...plain,
		closes: [...new Set(closes)].map(named),
	}));
	const warnings = config.warnings.map(({ closes: _, ...warning }) => warning);
	return ok(Response.json({ ok: problems.length === 0, problems, release, ...shown(facts), configuration, warnings }));
});

/** Hides a sender's name that is long enough to be a pasted secret. */
const named = (part: Part): string => part.replace(/[^/]{20,}/g, "…");

function closedDeletions(problems: readonly ConfigProblem[]): HealthProblem[] {
	if (problems.length === 0) return [];
	const detail = `Deletions are closed until you fix ${settingsIn(problems).join(", ")}.`;
	return [{ code: "misconfigured", detail }];
}

const shown = (facts: StatusFacts) => ({
	schema: facts.schema,
	database: {
		bytes: facts.databaseBytes,
		rows: facts.rows,
		unreadable: facts.unreadable,
		writable: facts.storageWorks,
	},
	alarm: { last_succeeded_at: time(facts.lastAlarmMs), next_at: time(facts.nextAlarmMs) },
	overdue: { count: facts.overdue, since: time(facts.overdueSinceMs) },
	unpublished: { count: facts.unpublished, since: time(facts.unpublishedSinceMs) },
	unknown: {
		count: facts.unknown.count,
		oldest: facts.unknown.oldest && { id: facts.unknown.oldest.id, since: at(facts.unknown.oldest.sinceMs) },
	},
	calls_left: facts.callsLeft,
	watch: facts.watch ? watchShown(facts.watch) : null,
	notifications: facts.destinations ? destinationsShown(facts.destinations) : null,
	credential: { rejected: facts.credentialRejected, checked_at: time(facts.credentialCheckedMs) },
});

const destinationsShown = (destinations: NonNullable<StatusFacts["destinations"]>) => ({
	waiting: destinations.reduce((sum, { waiting }) => sum + waiting, 0),
	undelivered: destinations.reduce((sum, { undelivered }) => sum + undelivered, 0),
	destinations,
});

const watchShown = (watch: NonNullable<StatusFacts["watch"]>) => ({
	every_seconds: watch.everyMs / 1000,
	interval_seconds: Math.round(watch.intervalMs / 1000),
	prefixes: watch.prefixes,
	bindings: watch.bindings,
	missed: watch.missed,
	looking: watch.isLooking,
	looked_since: time(watch.lookedMs),
	mass_deletions: massDeletionsShown(watch.massDeletions),
	audit_log: watch.auditLog,
	bgp_prefixes: watch.bgpPrefixes ?? "not_asked",
	missing_permissions: [
		...(watch.auditLog === "no_permission" ? [auditPermission] : []),
		...(watch.bgpPrefixes === "no_permission" ? [bgpPermission] : []),
	],
	settling: settlingShown(watch.settling ?? noSettling),
});

const settlingShown = ({ count, medianMs, slowestMs }: Settling) => ({
	count,
	median_seconds: seconds(medianMs),
	slowest_seconds: seconds(slowestMs),
});

const seconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1000));

const massDeletionsShown = (known: NonNullable<StatusFacts["watch"]>["massDeletions"]) => ({
	count: known?.count ?? 0,
	newest: known?.newest ? { id: known.newest.id, since: at(known.newest.sinceMs) } : null,
});

const time = (ms: number | null): string | null => (ms === null ? null : at(ms));

export const release = "0.2.0";
