// What a faulty setting closes: the parts that need it, and nothing else.

/** "webhooks", "chat" and "notify" mean all senders, platforms and destinations; with a name, only that one. */
export type Part =
	| "everything"
	| "deletions"
	| "watch"
	| "page"
	| "webhooks"
	| `webhooks/${string}`
	| "chat"
	| `chat/${string}`
	| "notify"
	| `notify/${string}`;

/** Without these, unbind can neither identify callers nor call Cloudflare. */
const essential = ["CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY", "TOKENS"];

/** The part that needs the setting. A faulty limit closes deletions: it must not silently become the default. */
export function partOf(setting: string): Part {
	if (essential.includes(setting)) return "everything";
	if (setting === "WEBHOOKS") return "webhooks";
	if (setting === "CHAT") return "chat";
	if (setting === "NOTIFY" || setting === "PUBLIC_URL") return "notify";
	if (setting.startsWith("WATCH_")) return "watch";
	return setting === "ACCESS" ? "page" : "deletions";
}
