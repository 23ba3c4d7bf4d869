// Whether a destination wants an event: by its type, its CIDR and its door.
import { isWithin } from "../deletion/address/cidr.ts";
import type { Destination } from "./destination.ts";
import { type EventType, eventTypes, type NotifyEvent } from "./event.ts";

type Filters = Pick<Destination, "events" | "ranges" | "doors">;

export const wants = ({ events, ranges, doors }: Filters, event: NotifyEvent): boolean =>
	events.some((pattern) => matches(pattern, event.type)) &&
	isInside(event.cidr, ranges) &&
	(doors === null || event.door === null || doors.includes(event.door));

/** Such as "deletion.*", "approval.requested", or "*". */
export const matches = (pattern: string, type: EventType): boolean =>
	pattern === type || pattern === "*" || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1)));

/** Every pattern that matches anything. */
export const eventPatterns: readonly string[] = [
	"*",
	...new Set(eventTypes.filter((type) => type.includes(".")).map((type) => `${type.split(".")[0]}.*`)),
	...eventTypes,
];

/** An event about a CIDR that can't be read is for those who want everything. */
const isInside = (cidr: string | null, ranges: Filters["ranges"]): boolean => cidr === null || isWithin(ranges, cidr);
