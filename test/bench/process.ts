// What workerd's process uses, according to the system.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** The processes of workerd that this process has started. */
export function workerds(): number[] {
	const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" }).split("\n");
	return lines
		.map((line) => line.trim().split(/\s+/))
		.filter(([, parent, command]) => Number(parent) === process.pid && command?.includes("workerd"))
		.map(([pid]) => Number(pid));
}

export const residentBytes = (pid: number): number =>
	Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1024;

/** The CPU time of all threads, to the nanosecond, which only Linux reports; null elsewhere. */
export function cpuMs(pid: number): number | null {
	try {
		const threads = readdirSync(`/proc/${pid}/task`);
		const times = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
		return times.reduce((sum, ns) => sum + Number(ns) / 1e6, 0);
	} catch {
		return null;
	}
}
