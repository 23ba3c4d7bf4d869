// Requests over keep-alive connections, counted or timed. Every answer must have the expected status, because a fast
// refusal measures nothing.
import { Agent, request } from "node:http";
import autocannon from "autocannon";

const connections = 10;

export interface Call {
	method?: string;
	url: string;
	headers?: Record<string, string>;
	body?: string;
	/** 200 by default. */
	status?: number;
}

export interface Answer {
	headers: Record<string, string | string[] | undefined>;
	text: string;
	ms: number;
}

const authorization = "Bearer unbind_sandbox";

export async function requestsPerSecond({ url, headers = {}, status = 200 }: Call, seconds: number): Promise<number> {
	const result = await autocannon({ url, headers: { authorization, ...headers }, connections, duration: seconds });
	const others = Object.keys(result.statusCodeStats).filter((one) => one !== String(status));
	if (result.errors > 0 || others.length > 0) throw new Error(`${url}: ${result.errors} errors, ${others.join(", ")}`);
	return result.requests.average;
}

export interface Client {
	send(call: Call): Promise<Answer>;
	close(): void;
}

export function openClient(): Client {
	const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
	return {
		send: ({ method = "GET", url, headers = {}, body, status = 200 }) =>
			new Promise((resolve, reject) => {
				const startedAtMs = performance.now();
				const asked = request(url, { method, headers: { authorization, ...headers }, agent }, (response) => {
					let text = "";
					response.setEncoding("utf8");
					response.on("data", (chunk) => {
						text += chunk;
					});
					response.on("end", () => {
						const ms = performance.now() - startedAtMs;
						if (response.statusCode === status) resolve({ headers: response.headers, text, ms });
						else reject(new Error(`${method} ${url}: ${response.statusCode} ${text}`));
					});
					response.on("error", reject);
				});
				asked.on("error", reject);
				asked.end(body);
			}),
		close: () => agent.destroy(),
	};
}

/** Sends one request after another and times each. */
export async function timesMs(client: Client, calls: readonly Call[]): Promise<number[]> {
	const times: number[] = [];
	for (const call of calls) times.push((await client.send(call)).ms);
	return times;
}

/** Sends all requests, at most `atOnce` at a time. */
export async function sendAll(client: Client, calls: readonly Call[], atOnce: number): Promise<Answer[]> {
	const answers: Answer[] = [];
	let next = 0;
	const lane = async () => {
		for (let call = calls[next++]; call !== undefined; call = calls[next++]) answers.push(await client.send(call));
	};
	await Promise.all(Array.from({ length: atOnce }, lane));
	return answers;
}
