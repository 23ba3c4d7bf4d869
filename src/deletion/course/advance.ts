// Brings a deletion as far as it can be brought now, whatever it is waiting for or was stopped at.

import type { Directory } from "../lookup/directory.ts";
import type { Ports } from "../ports.ts";
import { carryBack } from "./carry-back.ts";
import { carryOut } from "./execute.ts";
import { judgeReceived } from "./judge-received.ts";
import { begin } from "./waiting.ts";

/**
 * Can be called at any time, and any number of times; resolves when there is nothing to do until its due time.
 * @param onJudged called as soon as the request is no longer just received.
 */
export async function advance(id: string, ports: Ports, directory: Directory, onJudged = () => {}): Promise<void> {
	await judgeReceived(id, ports, directory);
	onJudged();
	await begin(id, ports, directory);
	await carryOut(id, ports);
	await carryBack(id, ports);
}
