// Resolves by hand the records that stay unknown because Cloudflare cannot be read, with the true outcome.
import { callers } from "../account.ts";
import { asJson } from "../doors/api.ts";
import { createAsk, type Stage } from "./ask.ts";

export async function resolveUnknown(stage: Stage): Promise<void> {
	const ask = createAsk(stage);
	const step = { name: "resolving" };
	const unknown = await ask({
		what: "history",
		step,
		path: "/deletions?state=unknown&limit=100",
		by: callers[0] ?? "",
	});
	if (!Array.isArray(unknown?.json?.deletions)) return;
	for (const { id, actor, cidr, binding_id } of unknown.json.deletions) {
		const by = callers.find((name) => name !== actor) ?? "";
		const outcome = stage.upstream.at(cidr) === binding_id ? "standing" : "gone";
		const init = () => ({ method: "POST", headers: asJson, body: JSON.stringify({ outcome, note: "seen elsewhere" }) });
		stage.witness.note({ kind: "asked", caller: by, step: step.name, what: "resolution", target: id });
		await ask({ what: "resolution", step, path: `/deletions/${id}/resolution`, init, by });
	}
}
