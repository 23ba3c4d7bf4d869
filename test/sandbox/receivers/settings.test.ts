// The sandbox's destinations are good settings, one of each kind.
import { expect, it } from "vitest";
import { sandboxDestinations } from "../../../sandbox/receivers/settings.ts";
import { sandboxBindings } from "../../../sandbox/settings.ts";
import { readConfig } from "../../../src/config.ts";
import { destinationKinds } from "../../../src/notify/destination.ts";

it("has a destination of each kind, and no problem", () => {
	const config = readConfig({ ...sandboxBindings, ...sandboxDestinations, PUBLIC_URL: "http://localhost:8787" });
	expect(config).toMatchObject({ ok: true, value: { problems: [], warnings: [] } });
	const destinations = config.ok ? (config.value.notify?.destinations ?? []) : [];
	expect(destinations.map(({ to }) => to).toSorted()).toEqual(destinationKinds.toSorted());
});
