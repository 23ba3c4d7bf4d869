// The imitation's audit log on disk.
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createImitation } from "../../sandbox/imitation/imitation.ts";
import { openAuditLog } from "../../sandbox/store.ts";

const directory = mkdtempSync(join(tmpdir(), "unbind-store-"));
afterAll(() => rmSync(directory, { recursive: true }));

const act = (path: string) =>
	createImitation({ auditStore: openAuditLog(path) }).elsewhere({ delete: ["198.51.100.0/24"] });

it("has the entries of earlier runs, without what it cannot read", () => {
	const path = join(directory, "new", "audit-log.ndjson");
	expect(openAuditLog(path).entries).toEqual([]);
	act(path);
	appendFileSync(path, '{"id":"another release"}\n');
	act(path);
	const { entries } = openAuditLog(path);
	expect(entries.map(({ action }) => action.type)).toEqual(["delete", "delete"]);
	expect(openAuditLog(path).entries).toEqual(entries);
});

it("leaves out a line that was cut off, and is empty once the imitation is reset", () => {
	const path = join(directory, "audit-log.ndjson");
	act(path);
	appendFileSync(path, '{"id":');
	expect(openAuditLog(path).entries).toHaveLength(1);
	createImitation({ auditStore: openAuditLog(path) }).reset();
	expect(openAuditLog(path).entries).toEqual([]);
});
