// What a fault of the configuration closes: what needs the faulty setting, and nothing else.

/** "webhooks" and "chat" are all senders and all platforms; with a name, it is that one. */
export type Part = "everything" | "deletions" | "page" | "webhooks" | `webhooks/${string}` | "chat" | `chat/${string}`;

/** Without these, unbind knows neither who calls nor whom it calls. */
const essential = ["CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY", "TOKENS"];

/** What a whole setting is needed for. One that limits deletions must not become its default while they go on. */
export function partOf(setting: string): Part {
	if (essential.includes(setting)) return "everything";
	if (setting === "WEBHOOKS") return "webhooks";
	if (setting === "CHAT") return "chat";
	return setting === "ACCESS" ? "page" : "deletions";
}
