// A person with a browser that runs no script. It keeps the cookie and sends forms with their hidden fields.
import { exports } from "cloudflare:workers";
import { origin } from "../../harness.ts";
import { fetchWorker } from "../configured.ts";

export interface Shown {
	status: number;
	headers: Headers;
	text: string;
	/** Where a form led to, or null. */
	location: string | null;
}

export interface Visitor {
	cookie: string;
	get(path: string, headers?: Record<string, string>): Promise<Shown>;
	/** Sends fields as a form of unbind's own origin does. */
	post(path: string, fields: Fields, headers?: Record<string, string>): Promise<Shown>;
	/** Finds the form with that action on a page, and sends it with its hidden fields and these. */
	submit(page: string, action: string, fields?: Fields): Promise<Shown>;
}
export type Fields = Record<string, string | string[]>;

type Fetch = (request: Request) => Promise<Response>;

/** A stranger, or someone with this cookie. With settings, of an unbind that has them. */
export function visitor(cookie = "", settings?: Record<string, unknown>): Visitor {
	const fetch: Fetch = (request) =>
		settings === undefined
			? exports.default.fetch(request)
			: fetchWorker(request as Request<unknown, IncomingRequestCfProperties>, settings);
	const send = async (path: string, init: RequestInit, headers: Record<string, string>): Promise<Shown> => {
		const kept = cookie === "" ? {} : { cookie };
		const request = new Request(`${origin}${path}`, { ...init, headers: { ...kept, ...headers }, redirect: "manual" });
		const response = await fetch(request);
		const text = await response.text();
		return { status: response.status, headers: response.headers, text, location: response.headers.get("location") };
	};
	const post = (path: string, fields: Fields, headers: Record<string, string> = {}) => {
		const body = new URLSearchParams(
			Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
		);
		return send(path, { method: "POST", body }, { origin, "sec-fetch-site": "same-origin", ...headers });
	};
	const get = (path: string, headers: Record<string, string> = {}) => send(path, {}, headers);
	return {
		cookie,
		get,
		post,
		async submit(page, action, fields = {}) {
			const { text } = await get(page);
			return post(action, { ...hiddenIn(text, action), ...fields });
		},
	};
}

/** A visitor who has signed in. */
export async function signedIn(token = "unbind_sandbox", settings?: Record<string, unknown>): Promise<Visitor> {
	const { headers, status } = await visitor("", settings).post("/sign-in", { token });
	const [cookie] = (headers.get("set-cookie") ?? "").split(";");
	if (status !== 303 || !cookie) throw new Error(`not signed in: ${status}`);
	return visitor(cookie, settings);
}

/** The hidden fields of the form with that action. */
export function hiddenIn(page: string, action: string): Record<string, string> {
	const form = page.split("<form ").find((part) => part.includes(`action="${action}"`));
	if (form === undefined) throw new Error(`there is no form for ${action}`);
	const [own = ""] = form.split("</form>");
	const inputs = own.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
	return Object.fromEntries([...inputs].map(([, name = "", value = ""]) => [name, value]));
}

/** The page as a person reads it. */
export const readable = (page: string): string =>
	page
		.replace(/^[\s\S]*<main[^>]*>/, "")
		.replaceAll(/<[^>]*>/g, " ")
		.replaceAll("&lt;", "<")
		.replaceAll("&gt;", ">")
		.replaceAll("&#39;", "'")
		.replaceAll("&quot;", '"')
		.replaceAll("&amp;", "&")
		.replaceAll(/\s+/g, " ");
