// Where the chat platforms receive what unbind sends after its answer. Messages are kept for tests to read, and refused
// if the platform would refuse them.
import * as v from "valibot";
import { played } from "./platforms.ts";

export interface SentMessage {
	/** The platform's host. */
	to: string;
	method: string;
	path: string;
	body: unknown;
	status: number;
}

export interface Messages {
	/** Whether the host is a platform's. */
	takes(host: string): boolean;
	receive(request: Request): Promise<{ status: number; text: string }>;
	all(): SentMessage[];
	/** Resolves once that many have arrived since the last clear. */
	whenArrived(count: number): Promise<SentMessage[]>;
	clear(): void;
}

const hosts = new Map(Object.values(played).map((platform) => [platform.host, platform]));

export function createMessages(): Messages {
	let sent: SentMessage[] = [];
	let waiting: { count: number; resolve: () => void }[] = [];
	const copy = () => structuredClone(sent);
	return {
		takes: (host) => hosts.has(host),
		async receive(request) {
			const { host, pathname } = new URL(request.url);
			const body: unknown = await request.json().catch(() => null);
			let answer = { status: 200, text: "ok" };
			try {
				hosts.get(host)?.sent(request.method, pathname, body);
			} catch (error) {
				const problem = v.isValiError(error) ? v.summarize(error.issues) : String(error);
				answer = { status: 400, text: problem };
			}
			sent.push({ to: host, method: request.method, path: pathname, body, status: answer.status });
			for (const one of waiting) if (sent.length >= one.count) one.resolve();
			waiting = waiting.filter(({ count }) => count > sent.length);
			return answer;
		},
		all: copy,
		async whenArrived(count) {
			if (sent.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
			return copy();
		},
		clear() {
			sent = [];
		},
	};
}
