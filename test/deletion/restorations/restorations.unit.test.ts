import { expect, it } from "vitest";
import {
	manyShownTo,
	type RestorationItem,
	type Restorations,
} from "../../../src/deletion/restorations/restorations.ts";
import { actorOf } from "../world.ts";

const item = (cidr: string | null): RestorationItem => ({
	...{ deletion_id: "7id", cidr, prefix_id: "prefix", service_name: "CDN", state: "restored" },
	...{ binding_id: "binding", code: null, detail: null },
});
const many: Restorations = {
	...{ id: "7many", requested_at: "", requested_by: { name: "ci", door: "api" }, reason: null, state: "done" },
	...{ settled_at: "", total: 3 },
	counts: { waiting: 0, restoring: 0, unknown: 0, restored: 3, already_bound: 0, failed: 0, refused: 0 },
	deletions: [item("203.0.113.0/25"), item("198.51.100.0/24"), item(null)],
};

it("shows everything of many restorations to a caller who may read", () => {
	expect(manyShownTo(actorOf({ ranges: ["192.0.2.0/24"] }), many)).toEqual(many);
});

it("hides which bindings outside the caller's ranges were restored", () => {
	const { deletions } = manyShownTo(actorOf({ scopes: ["restore"], ranges: ["203.0.113.0/24"] }), many);
	const hidden = { ...item("198.51.100.0/24"), cidr: null, prefix_id: null, service_name: null };
	expect(deletions).toEqual([item("203.0.113.0/25"), hidden, item(null)]);
});
