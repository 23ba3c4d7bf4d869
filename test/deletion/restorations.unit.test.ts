import { expect, it } from "vitest";
import { massDeletionId } from "../../src/deletion/restorations.ts";

it("names a mass deletion by when it began, so that it can be typed in a command", () => {
	const startMs = Date.UTC(2026, 1, 20, 17, 48);
	expect(massDeletionId(startMs)).toMatch(/^[0-9a-z]+$/);
	expect(Number.parseInt(massDeletionId(startMs), 36)).toBe(startMs);
	expect(massDeletionId(startMs)).not.toBe(massDeletionId(startMs + 1));
});
