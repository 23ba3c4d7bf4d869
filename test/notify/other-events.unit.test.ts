// Events that are not about one record.
import { expect, it } from "vitest";
import { massDeletionId } from "../../src/deletion/restorations/mass-deletion.ts";
import { massDeletion } from "../../src/notify/other-events.ts";
import { lifetimeOf } from "../../src/watch/lifetime.ts";

it("a mass deletion names itself, and leads to the page that restores it", () => {
	const startMs = Date.UTC(2030, 0, 1, 12);
	const binding = { id: "ab", cidr: "203.0.113.0/24", serviceId: null, serviceName: null, provisioningState: null };
	const event = massDeletion(startMs, [lifetimeOf(binding, "cd", "first_look", 0)], true, startMs + 1000);
	const id = massDeletionId(startMs);
	expect(event).toMatchObject({ path: `/account/lost/${id}`, data: { mass_deletion: id, count: 1, frozen: true } });
	expect(id).toMatch(/^[0-9a-z]+$/);
});
