// The inbox as a plain page, the newest message first.
import type { InboxMessage } from "./inbox.ts";

export function inboxPage(messages: readonly InboxMessage[]): string {
	const rows = messages.toReversed().map(
		(one) =>
			`<article id="${one.number}"><h2>${one.number}. ${escaped(one.to)} <small>${escaped(one.at)}</small></h2>
<p>${escaped(`${one.method} ${one.url}: ${outcomeOf(one)}`)}</p>
<pre>${escaped(one.shown ?? "")}</pre>
<details><summary>The message</summary><pre>${escaped(JSON.stringify({ headers: one.headers, body: one.body }, null, 2))}</pre></details></article>`,
	);
	return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Inbox</title>
<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8881;padding:.5rem}h2{font-size:1rem;margin:1.5rem 0 0}p{margin:0}</style></head>
<body><h1>Inbox</h1>
${rows.length === 0 ? "<p>Nothing has arrived yet.</p>" : rows.join("\n")}
</body></html>
`;
}

function outcomeOf({ status, problem, fault, repeated }: InboxMessage): string {
	const answer = status === null ? "the connection was cut" : `answered ${status}`;
	return [answer, problem, fault === null ? null : `ordered: ${fault}`, repeated ? "a repetition" : null]
		.filter((one) => one !== null)
		.join(", ");
}

const escaped = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
