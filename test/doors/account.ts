// The sandbox's account and callers, by names that tests can use.

import { reset } from "cloudflare:test";
import { vi } from "vitest";
import { accountId } from "../../sandbox/imitation/account.ts";
import { lateByMs } from "../../src/doors/limits.ts";
import { cloudflare } from "../harness.ts";

export { accountId };
export const documentedCaller = { name: "user@example.com", token: "144c9defac04969c7bfad8efaa8ea194" };
export const approver = { name: "approver", token: "unbind_sandbox_approver" };

export const prefixes = {
	amsterdam: "2af39739cc4e3b5910c918468bb89828",
	shop: "b10c0000000000000000000000000002",
	v6: "b10c0000000000000000000000000003",
};

export const magicTransit24 = "0429b49b6a5155297b78e75a44b09e14";
export const cdn26 = "c01d0000000000000000000000000001";
export const spectrum26 = "c01d0000000000000000000000000002";
export const cdn25 = "c01d0000000000000000000000000003";
export const shop24 = "c01d0000000000000000000000000004";
export const v6Cdn48 = "c01d0000000000000000000000000005";
export const v6Spectrum64 = "c01d0000000000000000000000000006";
export const v6Regional64 = "c01d0000-0000-4000-8000-000000000007";

export const services = {
	CDN: "5e4f1c0a9b7d4e2f8a6b3c1d0e9f7a52",
	Spectrum: "a3d7b91e6c2048f5b0e4d8c7f1a29635",
	"Magic Transit": "2db684ee7ca04e159946fd05b99e1bcd",
};

export const prefixesPath = `/client/v4/accounts/${accountId}/addressing/prefixes`;
/** The Cloudflare-compatible door's path. */
export const bindingsPath = (prefixId: string, bindingId?: string, account = accountId): string =>
	`/client/v4/accounts/${account}/addressing/prefixes/${prefixId}/bindings${bindingId === undefined ? "" : `/${bindingId}`}`;

/**
 * For `afterEach`: puts everything back. The Ledger goes first, so that its work does not continue in the new world.
 */
export async function resetAll(): Promise<void> {
	vi.restoreAllMocks();
	await reset();
	await cloudflare.reset();
}

/** Removes the random pauses between repeated reads. Call it before the Ledger gets its first request. */
export const withoutPauses = (): void => void vi.spyOn(Math, "random").mockReturnValue(0);

/** Timers of these lengths run out early, for tests that only wait for them to run out. */
export function withShortTimers(...lengthsMs: number[]): void {
	const wait = globalThis.setTimeout;
	const hurried = (work: () => void, ms = 0) => wait(work, lengthsMs.includes(ms) ? ms / 20 : ms);
	vi.spyOn(globalThis, "setTimeout").mockImplementation(hurried as typeof setTimeout);
}

/** Refusals that come late on purpose come almost at once. */
export const withoutLateRefusals = (): void => withShortTimers(lateByMs);

/** Stops the clock: nothing becomes due, so the Ledger's alarm does not get ahead of a test. */
export function stopTheClock(): void {
	const stoppedAtMs = Date.now();
	vi.spyOn(Date, "now").mockReturnValue(stoppedAtMs);
}

let lastAddress = 0;
/** An address with no failed attempt yet. */
export const newAddress = (): string => `198.18.${lastAddress >> 8}.${lastAddress++ & 255}`;

/** The runtime's limiter starts over every minute, so a test that counts across that moment is retried. */
export const countingInAMinute = { retry: 2 };
