// A person with a browser in front of the sandbox. Records what no page may cause: a request to another origin, a
// script error, or a violation of its policy.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { sandboxCallers } from "../../sandbox/settings.ts";

export interface Person {
	page: Page;
	/** What should not have happened. A test checks it at the end. */
	faults: string[];
	leave(): Promise<void>;
}

export async function somebody(
	browser: Browser,
	{ url }: Sandbox,
	options: BrowserContextOptions = {},
): Promise<Person> {
	const context = await browser.newContext({ baseURL: url, ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(30_000);
	const faults: string[] = [];
	page.on("request", (request) => {
		if (new URL(request.url()).origin !== url) faults.push(`a request to ${request.url()}`);
	});
	page.on("pageerror", (error) => faults.push(error.message));
	page.on("console", (message) => {
		// A page with an error status, such as the sign-in form with its 401, is also reported as an error.
		if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) faults.push(message.text());
	});
	return { page, faults, leave: () => context.close() };
}

type Caller = keyof typeof sandboxCallers;

/** Signs in as people do. */
export async function signIn(page: Page, caller: Caller = "sandbox", path = "/"): Promise<void> {
	await page.goto(path);
	await page.getByLabel("Token").fill(sandboxCallers[caller]?.token ?? "");
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** A person who has already signed in. */
export async function known(
	browser: Browser,
	sandbox: Sandbox,
	caller: Caller = "sandbox",
	options: BrowserContextOptions = {},
): Promise<Person> {
	const body = new URLSearchParams({ token: sandboxCallers[caller]?.token ?? "" });
	const headers = { origin: sandbox.url };
	const response = await fetch(`${sandbox.url}/sign-in`, { method: "POST", body, headers, redirect: "manual" });
	const [, name = "", value = ""] = /^([^=]+)=([^;]+)/.exec(response.headers.get("set-cookie") ?? "") ?? [];
	const person = await somebody(browser, sandbox, options);
	const cookie = {
		name,
		value,
		domain: "localhost",
		path: "/",
		httpOnly: true,
		secure: true,
		sameSite: "Strict" as const,
	};
	await person.page.context().addCookies([cookie]);
	return person;
}

/** Sends a request through the API, as someone else. */
export async function request(
	{ url }: Sandbox,
	method: string,
	path: string,
	caller: Caller = "sandbox",
): Promise<{ id: string; deletion_id: string; state: string }> {
	const headers = { authorization: `Bearer ${sandboxCallers[caller]?.token}` };
	const response = await fetch(`${url}${path}`, { method, headers });
	return (await response.json()) as { id: string; deletion_id: string; state: string };
}
