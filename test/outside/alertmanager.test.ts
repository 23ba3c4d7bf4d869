// A real Alertmanager in front of the sandbox, configured as in docs/webhooks.md: one alert is one deletion, however its
// routes change. Uses ALERTMANAGER_PATH or Debian's prometheus-alertmanager. Skipped if there is none.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";
import { sandboxSecrets } from "../../sandbox/senders.ts";
import { pageAt } from "./pages.ts";

const usualPaths = ["/usr/bin/prometheus-alertmanager", "/usr/bin/alertmanager", "/usr/local/bin/alertmanager"];
const path = [process.env.ALERTMANAGER_PATH ?? "", ...usualPaths].find((one) => one !== "" && existsSync(one)) ?? null;
const target = "203.0.113.128/25";

describe.skipIf(path === null)("Alertmanager", { timeout: 60_000 }, () => {
	let directory: string;
	let sandbox: Sandbox;
	let manager: ChildProcess;
	let managerUrl: string;

	/** Writes a configuration with these routes, all of which lead to unbind. */
	const configure = async (routes: string): Promise<void> => {
		const [, password = ""] = (sandboxSecrets.ALERTMANAGER_SECRET ?? "").split(":");
		const passwordPath = join(directory, "password");
		await writeFile(passwordPath, password);
		const receiver = pageAt("docs/webhooks.md").blocks.find(({ language }) => language === "yaml")?.text ?? "";
		const here = receiver
			.replace("https://unbind.example.com", sandbox.url)
			.replace("/etc/alertmanager/unbind", passwordPath);
		const times = "group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h";
		const route = `route: { receiver: unbind, ${times}, routes: [${routes}] }`;
		await writeFile(join(directory, "alertmanager.yml"), `${route}\n${here}`);
	};

	beforeAll(async () => {
		directory = await mkdtemp(join(tmpdir(), "unbind-alertmanager-"));
		sandbox = await startSandbox({ dataPath: directory });
		await configure("");
		const options = ["--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address="];
		manager = spawn(path ?? "", [...options, "--web.listen-address=127.0.0.1:0"], {
			cwd: directory,
			stdio: ["ignore", "ignore", "pipe"],
		});
		managerUrl = await new Promise((resolve, reject) => {
			manager.on("exit", (code) => reject(new Error(`Alertmanager ended with ${code}`)));
			if (manager.stderr === null) return;
			createInterface({ input: manager.stderr }).on("line", (line) => {
				const [, address] = /"Listening on" address=(\S+)/.exec(line) ?? [];
				if (address !== undefined) resolve(`http://${address}`);
			});
		});
	}, 60_000);
	afterAll(async () => {
		if (manager?.exitCode === null) {
			const ended = once(manager, "exit");
			manager.kill();
			await ended;
		}
		await sandbox?.stop();
		await rm(directory, { recursive: true, force: true });
	});

	/** How many notifications have been answered. */
	const notified = async (): Promise<number> => {
		const metrics = await (await fetch(`${managerUrl}/metrics`)).text();
		const counted = (name: string) =>
			Number(new RegExp(`^alertmanager_${name}\\{integration="webhook"\\} (\\d+)$`, "m").exec(metrics)?.[1]);
		expect(counted("notifications_failed_total")).toBe(0);
		return counted("notification_latency_seconds_count");
	};
	const ask = async (path: string, method = "GET") => {
		const headers = { authorization: "Bearer unbind_sandbox" };
		const answer = await fetch(`${sandbox.url}${path}`, { method, headers });
		return (await answer.json()) as { state: string; deletions: { id: string; state: string; reason: string }[] };
	};
	const deletes = () => sandbox.imitation.log.entries().filter(({ method }) => method === "DELETE");

	it("has a binding deleted once: not again by another route, nor after a restoration while the alert fires on", async () => {
		const alert = {
			labels: { alertname: "EdgeUnderAttack", severity: "critical", binding: target },
			annotations: { description: "The edge is under attack" },
			startsAt: new Date(Date.now() - 60_000).toISOString(),
		};
		const fire = () =>
			fetch(`${managerUrl}/api/v2/alerts`, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify([alert]),
			});
		expect((await fire()).status).toBe(200);
		await expect.poll(notified, { timeout: 20_000 }).toBe(1);
		const { deletions } = await ask("/deletions");
		expect(deletions).toMatchObject([{ state: "deleted", reason: "The edge is under attack" }]);
		expect((await ask(`/deletions/${deletions[0]?.id}/restoration`, "POST")).state).toBe("restored");

		// Two routes now, each with groups of its own: Alertmanager takes the alert for news, twice.
		await configure(
			"{ group_by: [severity], matchers: ['severity=critical'], continue: true }, { group_by: [binding], matchers: ['binding=~.+'] }",
		);
		expect((await fetch(`${managerUrl}/-/reload`, { method: "POST" })).status).toBe(200);
		await fire();
		await expect.poll(notified, { timeout: 20_000 }).toBe(3);
		expect(deletes()).toHaveLength(1);
		expect((await ask("/deletions")).deletions).toMatchObject([{ state: "restored" }]);
	});
});
