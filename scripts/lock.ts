// `npm run lock`, after a change of dependencies: removes `engines` from package-lock.json for tools that require a Node newer
// than 20. They run on the project's own Node (the package `node`), not on the one that runs npm, which would warn about
// each of them.
import { readFileSync, writeFileSync } from "node:fs";

interface Lock {
	packages: { [path: string]: { engines?: { node?: string } } };
}

const oldestMajor = 20;

/** Packages that Node 20 is too old for, not counting the project itself. */
export function tooNewFor20(lock: Lock): string[] {
	const isNewer = (range: string) => range.split("||").every((one) => Number(/\d+/.exec(one)?.[0] ?? 0) > oldestMajor);
	return Object.entries(lock.packages).flatMap(([path, { engines }]) =>
		path !== "" && engines?.node !== undefined && isNewer(engines.node) ? [path] : [],
	);
}

if (import.meta.main) {
	const lock: Lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
	for (const path of tooNewFor20(lock)) delete lock.packages[path]?.engines;
	writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
}
