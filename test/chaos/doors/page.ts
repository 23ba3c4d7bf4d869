// Somebody with a browser: signs in, and sends the page's own forms.
import { tokenOf } from "../account.ts";
import type { Victim } from "../victim.ts";

const formType = { "content-type": "application/x-www-form-urlencoded" };

export const formOf = (fields: Iterable<[string, string]>) => ({
	method: "POST",
	headers: formType,
	body: new URLSearchParams([...fields]).toString(),
});

/** Null where it did not work. */
export async function signIn(victim: Victim, caller: string): Promise<string | null> {
	const init = formOf([["token", tokenOf(caller)]]);
	const headers = { ...init.headers, ...ownForm(victim) };
	const response = await victim.fetch("/sign-in", { ...init, headers, redirect: "manual" });
	await response.text();
	return response.headers.get("set-cookie")?.split(";")[0] ?? null;
}

/** What a browser says of a form that is of the page itself. */
export const ownForm = ({ url }: Victim) => ({ origin: url, "sec-fetch-site": "same-origin" });

/** The hidden fields of the form with that action, and the risks that it has boxes for; null where there is no such form. */
export function fieldsIn(page: string, action: string): [string, string][] | null {
	const form = page.split("<form ").find((part) => part.includes(`action="${action}"`));
	if (form === undefined) return null;
	const [own = ""] = form.split("</form>");
	const inputs = own.matchAll(/<input type="(?:hidden|checkbox)"[^>]*? name="([^"]*)" value="([^"]*)"/g);
	return [...inputs].map(([, name = "", value = ""]) => [name, value]);
}
