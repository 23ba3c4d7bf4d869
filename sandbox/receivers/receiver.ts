// What a played receiver of notifications must do: take what the real service takes, refuse what it refuses, and show it.

export interface Arrived {
	method: string;
	url: URL;
	headers: Headers;
	body: string;
	nowMs: number;
}

export interface Taken {
	status: number;
	/** The answer's body. */
	text: string;
	headers?: Record<string, string>;
	/** As its reader would see it; null if it was refused. */
	shown: string | null;
	/** Why it was refused. */
	problem: string | null;
}

export interface Receiver {
	/** The start of its addresses. */
	address: string;
	receive(arrived: Arrived): Taken | Promise<Taken>;
}

export const taken = (status: number, text: string, shown: string): Taken => ({ status, text, shown, problem: null });

export const refused = (status: number, text: string, problem: string): Taken => ({
	status,
	text,
	shown: null,
	problem,
});

/** undefined if the request is none that carries JSON. */
export function jsonOf({ headers, body }: Arrived): unknown {
	if (!/^application\/json\b/.test(headers.get("content-type") ?? "")) return undefined;
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}
