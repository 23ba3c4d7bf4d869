// An installed Chromium, driven by playwright-core: the one CHROMIUM_PATH names, or one in a usual place. Nothing is
// downloaded. Without a browser these tests are skipped, but in CI they fail, since a check that is skipped checks
// nothing.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const usualPaths = [
	"/usr/bin/chromium",
	"/usr/bin/chromium-browser",
	"/usr/bin/google-chrome",
	"/snap/bin/chromium",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const path = [process.env.CHROMIUM_PATH ?? "", ...usualPaths].find((one) => one !== "" && existsSync(one)) ?? null;

/** For `describe.skipIf`. */
export const noBrowser = path === null && process.env.CI === undefined;

export function launchChromium(): Promise<Browser> {
	if (path === null) throw new Error("There is no Chromium. Install one, or say where it is: CHROMIUM_PATH=…");
	// Chromium's own sandbox needs privileges that containers do not have.
	return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
