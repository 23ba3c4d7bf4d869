// `npm run notify`, called as a user would, against something that answers as unbind does.
import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Asked {
	line: string;
	authorization: string | undefined;
	body: unknown;
}

let server: Server;
let asked: Asked[] = [];
const answers: Record<string, [number, object]> = {
	works: [200, { destination: "works", state: "delivered", failure: null }],
	fails: [202, { destination: "fails", state: "waiting", failure: "The destination answered 500." }],
	nobody: [404, { detail: "There is no destination with this name." }],
};

beforeAll(async () => {
	server = createServer((request: IncomingMessage, response) => {
		void text(request).then((body) => {
			const read = JSON.parse(body);
			asked.push({
				line: `${request.method} ${request.url}`,
				authorization: request.headers.authorization,
				body: read,
			});
			const [status, answer] = answers[read.destination] ?? [500, {}];
			response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function run(args: string[], token: object = {}) {
	asked = [];
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const env = { PATH: process.env.PATH, UNBIND_URL: url, ...token };
	const child = spawn(process.execPath, ["scripts/notify.ts", ...args], { stdio: "pipe", env });
	const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
	const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
	return { code, stdout, stderr };
}

describe("npm run notify", () => {
	it("asks for a test with the token, and says that it arrived", async () => {
		expect(await run(["works"], { UNBIND_TOKEN: "a-token" })).toMatchObject({ code: 0, stdout: "works: delivered\n" });
		const body = { destination: "works" };
		expect(asked).toEqual([{ line: "POST /notifications", authorization: "Bearer a-token", body }]);
	});

	it("asks the sandbox's way without a token, and fails with what failed", async () => {
		const ended = await run(["fails"]);
		expect(ended).toMatchObject({ code: 1, stdout: "fails: waiting. The destination answered 500.\n" });
		expect(asked[0]?.authorization).toBe("Bearer unbind_sandbox");
	});

	it("says what is wrong with the name", async () => {
		expect((await run(["nobody"])).stderr).toContain("There is no destination with this name.");
		expect((await run([])).stderr).toContain("Name a destination.");
	});

	it("says that nothing answers", async () => {
		const ended = await run(["works", "--url", "http://127.0.0.1:1"]);
		expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("Nothing answers at http://127.0.0.1:1.")]);
	});
});
