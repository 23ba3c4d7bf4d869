// A sandbox in which many bindings have disappeared at once before it starts: its watch would take minutes to see that.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { accountId } from "../../sandbox/imitation/account.ts";
import type { StateInput } from "../../sandbox/imitation/state.ts";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { deletedElsewhere, namedBy } from "../../src/deletion/record/deleted-elsewhere.ts";
import { newRecordId } from "../../src/deletion/record/record-id.ts";
import { createJournal } from "../../src/ledger/journal.ts";
import { setFlag } from "../../src/ledger/tables.ts";
import { keepLifetimes } from "../../src/ledger/watch/lifetimes.ts";
import { keepMassDeletion } from "../../src/ledger/watch/mass-deletions.ts";
import { lifetimeOf } from "../../src/watch/lifetime.ts";
import { storageOf } from "../node-sqlite.ts";

const minuteMs = 60_000;
const kept = (path: string): string => {
	const name = readdirSync(path, { recursive: true, encoding: "utf8" }).find((one) =>
		/[0-9a-f]{64}\.sqlite$/.test(one),
	);
	if (name === undefined) throw new Error(`no object has been stored in ${path}`);
	return join(path, name);
};

const byMallory = { by: { name: "mallory@example.com" }, how: "dashboard" as const, token_name: null, ray: null };

/** Someone deletes everything but the bindings of the last prefix. */
export async function startAfterLoss(
	dataPath: string,
	account: StateInput | null = null,
): Promise<{ sandbox: Sandbox; massId: string; lost: number }> {
	const first = await startSandbox({ dataPath });
	if (account !== null) first.imitation.replace(account);
	await fetch(`${first.url}/status`, { headers: { authorization: "Bearer unbind_sandbox" } });
	const gone = first.imitation.snapshot().prefixes.slice(0, -1);
	first.imitation.elsewhere({ delete: gone.flatMap(({ bindings }) => bindings.map(({ id }) => id)) });
	await first.stop();

	const nowMs = Date.now();
	const startMs = nowMs - 8 * minuteMs;
	const database = new DatabaseSync(kept(join(dataPath, "storage")));
	const { sql } = storageOf(database);
	const journal = createJournal(sql, { now: () => nowMs, onDue() {}, onSettled() {} });
	const losses = gone.flatMap((prefix) =>
		prefix.bindings.map(({ id, cidr = null, service_id = null, service_name = null }) => {
			const binding = { id, cidr, serviceId: service_id, serviceName: service_name, provisioningState: "active" };
			const there = lifetimeOf(binding, prefix.id, "first_look", startMs - 9 * minuteMs);
			return { ...there, goneSinceMs: startMs, closed: "disappeared" as const, closedMs: nowMs, massMs: startMs };
		}),
	);
	for (const [index, loss] of losses.entries()) {
		const record = deletedElsewhere({
			id: newRecordId(nowMs, crypto.getRandomValues(new Uint8Array(16))),
			binding: {
				...{ account_id: accountId, prefix_id: loss.prefixId, id: loss.bindingId, cidr: loss.cidr ?? "" },
				...{ service_id: loss.serviceId, service_name: loss.serviceName, provisioning: { state: "active" } },
			},
			effect: null,
			lastSeenMs: loss.seenMs,
			noticedMs: nowMs,
		});
		journal.storeSettled(index % 5 === 4 ? record : namedBy(record, byMallory, nowMs));
	}
	keepLifetimes(sql, losses);
	keepMassDeletion(sql, { startMs, noticedMs: nowMs, froze: false }, losses);
	setFlag(sql, "watch_since", String(startMs - 60 * minuteMs));
	database.close();
	const bundlePath = join(dataPath, "bundle");
	const sandbox = await startSandbox({ dataPath, bundlePath, bindings: { WATCH_MINUTES: 10 } });
	return { sandbox, massId: startMs.toString(36), lost: losses.length };
}
