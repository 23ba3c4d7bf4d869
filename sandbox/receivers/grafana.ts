// Plays Grafana's annotations: creates and changes them. https://grafana.com/docs/grafana/latest/developers/http_api/annotations
import * as v from "valibot";
import { jsonOf, type Receiver, refused, taken } from "./receiver.ts";
import { grafanaAddress, grafanaToken } from "./settings.ts";

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(1e12));
/** `tags_length` in Grafana's configuration. */
const tags = v.pipe(
	v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(100))),
	v.check((all) => JSON.stringify(all).length <= 500, "more than 500 characters of tags"),
);
const text = v.pipe(v.string(), v.minLength(1));
export const newAnnotation = v.strictObject({ time: milliseconds, timeEnd: v.optional(milliseconds), tags, text });
export const changedAnnotation = v.partial(newAnnotation);

export interface Annotation {
	time: number;
	timeEnd?: number | undefined;
	tags: string[];
	text: string;
}

export function createGrafana(): Receiver & { annotations: ReadonlyMap<string, Annotation> } {
	const annotations = new Map<string, Annotation>();
	return {
		address: `${grafanaAddress}/api/`,
		annotations,
		receive(arrived) {
			const { method, url, headers } = arrived;
			if (headers.get("authorization") !== `Bearer ${grafanaToken}`)
				return refused(401, JSON.stringify({ message: "Invalid API key" }), "another token");
			const json = jsonOf(arrived);
			if (method === "POST" && url.pathname === "/api/annotations") {
				const read = v.safeParse(newAnnotation, json);
				if (!read.success) return bad(v.summarize(read.issues));
				if (endsEarly(read.output)) return bad("it ends before it begins");
				const id = String(annotations.size + 1);
				annotations.set(id, read.output);
				return taken(200, JSON.stringify({ message: "Annotation added", id: Number(id) }), shown(id, read.output));
			}
			const [, id = ""] = /^\/api\/annotations\/(\d+)$/.exec(url.pathname) ?? [];
			if (method !== "PATCH" || id === "") return refused(404, "", `there is no ${method} ${url.pathname}`);
			const known = annotations.get(id);
			if (known === undefined)
				return refused(404, JSON.stringify({ message: "Could not find annotation to update" }), `no annotation ${id}`);
			const read = v.safeParse(changedAnnotation, json);
			if (!read.success) return bad(v.summarize(read.issues));
			const { time = known.time, timeEnd = known.timeEnd, tags = known.tags, text = known.text } = read.output;
			const changed = { time, timeEnd, tags, text };
			if (endsEarly(changed)) return bad("it ends before it begins");
			annotations.set(id, changed);
			return taken(200, JSON.stringify({ message: "Annotation patched" }), shown(id, changed));
		},
	};
}

const endsEarly = ({ time, timeEnd = time }: Annotation): boolean => timeEnd < time;

const bad = (problem: string) => refused(400, JSON.stringify({ message: "bad request data" }), problem);

function shown(id: string, { time, timeEnd, tags, text }: Annotation): string {
	const times = [time, timeEnd].filter((ms) => ms !== undefined).map((ms) => new Date(ms).toISOString());
	return `annotation ${id}, ${times.join(" to ")}\n${text}\n${tags.join(", ")}`;
}
