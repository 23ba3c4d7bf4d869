// Reads an event as a delivery's row has it. A row whose event can't be parsed is still listed, with what its columns say.
import { at } from "../../deletion/record/deletion.ts";
import type { EventType, NotifyEvent } from "../../notify/event.ts";

export const unreadable = "The event can't be read.";

/** null if it can't be parsed. */
export function eventIn(text: string): NotifyEvent | null {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

interface Columns {
	event_id: string;
	type: EventType;
	deletion_id: string | null;
	made_at: number;
}

export const standInFor = ({ event_id: id, type, made_at, deletion_id }: Columns): NotifyEvent => ({
	id,
	type,
	at: at(made_at),
	summary: unreadable,
	path: deletion_id === null ? "/account/notifications" : `/records/${deletion_id}`,
	deletion_id,
	change: null,
	cidr: null,
	actor: null,
	door: null,
	reason: null,
	data: {},
});
