// Cloudflare's envelope before it becomes an HTTP response: an operation's answer and its effect. Every code the
// imitation uses is here, with its HTTP status.

export interface ApiError {
	code: number;
	message: string;
	documentation_url?: string | undefined;
	source?: { pointer?: string | undefined } | undefined;
	error_chain?: { code: number; message: string }[] | undefined;
}

export type Effect = { created: string } | { deleted: string } | { deleted_prefix: string };

export interface Answer {
	status: number;
	body: unknown;
	effect?: Effect;
}

export function succeed(result: unknown, messages: ApiError[] = []): Answer {
	return { status: 200, body: { result, success: true, errors: [], messages } };
}

/** A deletion's answer has no `result` at all. */
export function succeedWithoutResult(effect: Effect): Answer {
	return { status: 200, body: { errors: [], messages: [], success: true }, effect };
}

export function refuse(status: number, ...errors: ApiError[]): Answer {
	return { status, body: { result: null, success: false, errors, messages: [] } };
}

export const prefixNotFound = () => refuse(404, { code: 1000, message: "not_found" });

/** Cloudflare says "forbidden" for a binding that does not exist. */
export const bindingNotFound = () => refuse(404, { code: 1002, message: "forbidden" });

export const noRoute = (path: string) =>
	refuse(
		400,
		{
			code: 7003,
			message: `Could not route to ${path}, perhaps your object identifier is invalid?`,
		},
		{ code: 7000, message: "No route for that URI" },
	);

export const bgpPrefixNotFound = () => refuse(404, { code: 1000, message: "not_found" });

/** The audit log's errors have a message and no code. */
export const refuseWithoutCode = (status: number, message: string): Answer => ({
	status,
	body: { result: null, success: false, errors: [{ message }], messages: [] },
});

/** A missing permission looks the same as another account. */
export const notPermitted = () => refuse(403, { code: 10000, message: "Authentication error" });
