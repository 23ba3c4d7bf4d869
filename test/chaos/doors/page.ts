// A person with a browser who signs in and submits the page's own forms.
import { tokenOf } from "../account.ts";
import type { Victim } from "../victim.ts";

const formType = { "content-type": "application/x-www-form-urlencoded" };

export const formOf = (fields: Iterable<[string, string]>) => ({
	method: "POST",
	headers: formType,
	body: new URLSearchParams([...fields]).toString(),
});

/** Null if the sign-in failed. */
export async function signIn(victim: Victim, caller: string): Promise<string | null> {
	const init = formOf([["token", tokenOf(caller)]]);
	const headers = { ...init.headers, ...ownForm(victim) };
	const response = await victim.fetch("/sign-in", { ...init, headers, redirect: "manual" });
	await response.text();
	return response.headers.get("set-cookie")?.split(";")[0] ?? null;
}

/** The headers a browser sends with the page's own form. */
export const ownForm = ({ url }: Victim) => ({ origin: url, "sec-fetch-site": "same-origin" });

/** The hidden fields and risk checkboxes of the form with that action; null if there is no such form. */
export function fieldsIn(page: string, action: string): [string, string][] | null {
	const form = page.split("<form ").find((part) => part.includes(`action="${action}"`));
	if (form === undefined) return null;
	const [own = ""] = form.split("</form>");
	const inputs = own.matchAll(/<input type="(?:hidden|checkbox)"[^>]*? name="([^"]*)" value="([^"]*)"/g);
	return [...inputs].map(([, name = "", value = ""]) => [name, value]);
}
