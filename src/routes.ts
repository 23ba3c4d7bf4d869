// Every path, its methods and its door. The files in public/ are served without the Worker.
import type { IRequest } from "itty-router";
import { Router } from "itty-router/Router";
import { fail, ok, type Result } from "./deletion/result.ts";
import { listBindings, showPlan } from "./doors/api/bindings.ts";
import { deleteBinding, postDeletion } from "./doors/api/deletions.ts";
import { liftFreeze, putFreeze, showFreeze } from "./doors/api/freeze.ts";
import { listDeletions, showDeletion } from "./doors/api/history.ts";
import { cancelDeletion, decideDeletion, resolveDeletion, restoreDeletion } from "./doors/api/lifecycle.ts";
import { listMassDeletions, showMassDeletion } from "./doors/api/mass-deletions.ts";
import { listNotifications, redeliver, testDestination } from "./doors/api/notifications.ts";
import { listBindingChanges } from "./doors/api/past.ts";
import { postRestorations, showRestorations } from "./doors/api/restorations.ts";
import { showStatus } from "./doors/api/status.ts";
import { authenticate } from "./doors/auth/authenticate.ts";
import { chat } from "./doors/chat/handler.ts";
import { isCloudflares } from "./doors/cloudflare/envelope.ts";
import * as cloudflare from "./doors/cloudflare/handlers.ts";
import type { Context } from "./doors/context.ts";
import { health } from "./doors/health.ts";
import { showAccount } from "./doors/page/account.tsx";
import { showChanges } from "./doors/page/changes.tsx";
import { pageDoor } from "./doors/page/door.tsx";
import { turnFreeze } from "./doors/page/freeze.tsx";
import { exportCsv, exportNdjson, showHistory } from "./doors/page/history.tsx";
import { restoreLost, showLost } from "./doors/page/lost.tsx";
import { showNotifications } from "./doors/page/notifications.tsx";
import { deleteBinding as deleteBindingByForm, showPlan as showPlanPage } from "./doors/page/plan.tsx";
import { changeRecord, resolveRecord, showRecord } from "./doors/page/record.tsx";
import { showRestorations as showRestorationsPage } from "./doors/page/restorations.tsx";
import { signIn, signOut } from "./doors/page/sign-in.tsx";
import { type Problem, problem, problemResponse } from "./doors/reply/problem.ts";
import { tokenDoor } from "./doors/token-door.ts";
import { webhook } from "./doors/webhooks/handler.ts";

const prefixesPath = "/client/v4/accounts/:account/addressing/prefixes";
const bindingsPath = `${prefixesPath}/:prefix/bindings`;

const apiDoor = tokenDoor(authenticate, problemResponse);
const { cloudflareDoor } = cloudflare;

export const router = Router<IRequest, [Context], Response>();

router
	.get("/health", health)
	.get("/status", apiDoor("read", showStatus))
	.get("/bindings", apiDoor("read", listBindings))
	.get("/bindings/changes", apiDoor("read", listBindingChanges))
	.get("/bindings/:target+", apiDoor("read", showPlan))
	.delete("/bindings/:target+", apiDoor(null, deleteBinding))
	.post("/deletions", apiDoor(null, postDeletion))
	.get("/deletions", apiDoor("read", listDeletions))
	.get("/deletions/:id", apiDoor("read", showDeletion))
	.post("/deletions/:id/approval", apiDoor("approve", decideDeletion))
	.post("/deletions/:id/cancellation", apiDoor("delete", cancelDeletion))
	.post("/deletions/:id/restoration", apiDoor("restore", restoreDeletion))
	.post("/deletions/:id/resolution", apiDoor("approve", resolveDeletion))
	.post("/restorations", apiDoor("restore", postRestorations))
	.get("/restorations/:id", apiDoor("read", showRestorations))
	.get("/mass-deletions", apiDoor("read", listMassDeletions))
	.get("/mass-deletions/:id", apiDoor("read", showMassDeletion))
	.get("/notifications", apiDoor("read", listNotifications))
	.post("/notifications", apiDoor("freeze", testDestination))
	.post("/notifications/:id/redelivery", apiDoor("freeze", redeliver))
	.get("/freeze", apiDoor("read", showFreeze))
	.put("/freeze", apiDoor("freeze", putFreeze))
	.delete("/freeze", apiDoor("freeze", liftFreeze))
	.post("/webhooks/:name", webhook)
	.put("/webhooks/:name", webhook)
	.post("/chat/:platform", chat)
	.get(prefixesPath, cloudflareDoor("read", cloudflare.listPrefixes))
	.get(`${prefixesPath}/:prefix`, cloudflareDoor("read", cloudflare.getPrefix))
	.get(bindingsPath, cloudflareDoor("read", cloudflare.listBindings))
	.get(`${bindingsPath}/:binding`, cloudflareDoor("read", cloudflare.getBinding))
	.delete(`${bindingsPath}/:binding`, cloudflareDoor(null, cloudflare.deleteBinding))
	.get("/", pageDoor(showHistory))
	.get("/export.csv", pageDoor(exportCsv))
	.get("/export.ndjson", pageDoor(exportNdjson))
	.get("/records/:id", pageDoor(showRecord))
	.post("/records/:id/approve", changeRecord("approve"))
	.post("/records/:id/reject", changeRecord("reject"))
	.post("/records/:id/cancel", changeRecord("cancel"))
	.post("/records/:id/restore", changeRecord("restore"))
	.post("/records/:id/resolve", resolveRecord)
	.get("/account", pageDoor(showAccount))
	.get("/account/changes", pageDoor(showChanges))
	.get("/account/lost/:id", pageDoor(showLost))
	.post("/account/lost/:id/restore", restoreLost)
	.get("/account/restorations/:id", pageDoor(showRestorationsPage))
	.get("/account/notifications", pageDoor(showNotifications))
	.get("/account/:target+", pageDoor(showPlanPage))
	.post("/account/:target+", deleteBindingByForm)
	.post("/freeze-switch", turnFreeze)
	.post("/sign-in", signIn)
	.post("/sign-out", signOut)
	.all("*", (request, context) => {
		const door = isCloudflares(context.url) ? cloudflareDoor : apiDoor;
		return door(null, noRoute)(request, context);
	});

/** Only authenticated callers learn which paths exist. */
async function noRoute({ method }: IRequest, { url }: Context): Promise<Result<Response, Problem>> {
	const routed = router.routes.filter(([one, path]) => one !== "ALL" && path.test(url.pathname)).map(([one]) => one);
	if (routed.length === 0)
		return fail(problem("not_found", "Nothing is served at this path. /openapi.json lists the paths."));
	const methods = new Set([...routed, ...(routed.includes("GET") ? ["HEAD"] : []), "OPTIONS"]);
	const allow = [...methods].toSorted().join(", ");
	// No CORS headers, so no script of another site gets in by this.
	if (method === "OPTIONS") return ok(new Response(null, { status: 204, headers: { allow } }));
	return fail(problem("method_not_allowed", `This path allows ${allow}.`, {}, { allow }));
}
