// Moves a deletion or restoration forward as far as possible, wherever it is waiting or was stopped.

import type { Directory } from "../lookup/directory.ts";
import type { Ports } from "../ports.ts";
import { judgeReceived } from "./judge-received.ts";
import { sendDeletion } from "./send-deletion.ts";
import { sendRestoration } from "./send-restoration.ts";
import { beginIfDue } from "./waiting.ts";

/**
 * Can be called at any time, any number of times. Resolves when there is nothing to do until the due time. Each step does
 * nothing in a state that is not its own.
 * @param onJudged called as soon as the request has been looked up and judged.
 */
export async function advance(id: string, ports: Ports, directory: Directory, onJudged = () => {}): Promise<void> {
	// `received`
	await judgeReceived(id, ports, directory);
	onJudged();
	// `scheduled` and its time has come, or `pending_approval` and nobody approved in time
	await beginIfDue(id, ports, directory);
	// `deleting` or `unknown`
	await sendDeletion(id, ports);
	// settled, with a restoration under way
	await sendRestoration(id, ports);
}
