// Alertmanager's payload with other alerts.

import alertmanager from "../../../sandbox/payloads/alertmanager.json" with { type: "json" };
import type { Json } from "../../../src/deletion/record/json.ts";

/** With these alerts: each is the fixture's first, with changes. */
export function alertsOf(...changes: { [member: string]: Json }[]) {
	const [alert] = alertmanager.alerts;
	const alerts = changes.map((change, index) => ({ ...alert, fingerprint: `f${index}`, ...change }));
	return { ...alertmanager, alerts };
}
