// Alertmanager's payload with other alerts.
import type { Json } from "../../../src/deletion/json.ts";
import alertmanager from "../../sandbox/payloads/alertmanager.json" with { type: "json" };

/** With these alerts: each is the fixture's first, with changes. */
export function alertsOf(...changes: { [member: string]: Json }[]) {
	const [alert] = alertmanager.alerts;
	const alerts = changes.map((change, index) => ({ ...alert, fingerprint: `f${index}`, ...change }));
	return { ...alertmanager, alerts };
}
