// KV as the Worker sees it. Each operation goes to the harness, which knows what was written and when. The local
// runtime's own KV cannot lag, hang or refuse.

async function ask(operation) {
	const response = await fetch("http://kv.chaos/", { method: "POST", body: JSON.stringify(operation) });
	const answer = await response.json();
	if (answer.error !== undefined) throw new Error(answer.error);
	return answer;
}

const typeOf = (options) => (typeof options === "string" ? options : options?.type) ?? "text";

function read(value, type) {
	if (value === null) return null;
	switch (type) {
		case "json":
			return JSON.parse(value);
		case "arrayBuffer":
			return new TextEncoder().encode(value).buffer;
		case "stream":
			return new Response(value).body;
		default:
			return value;
	}
}

async function getWithMetadata(key, options) {
	const { value, metadata } = await ask({ kind: "get", key });
	return { value: read(value, typeOf(options)), metadata, cacheStatus: null };
}

export const kv = {
	getWithMetadata,
	async get(key, options) {
		if (!Array.isArray(key)) return (await getWithMetadata(key, options)).value;
		return new Map(await Promise.all(key.map(async (one) => [one, (await getWithMetadata(one, options)).value])));
	},
	async put(key, value, { metadata = null } = {}) {
		const text = typeof value === "string" ? value : await new Response(value).text();
		await ask({ kind: "put", key, value: text, metadata });
	},
	async delete(key) {
		await ask({ kind: "delete", key });
	},
	list: ({ prefix = "", limit = 1000, cursor = null } = {}) =>
		ask({ kind: "list", prefix: prefix ?? "", limit: Math.min(limit, 1000), cursor: cursor ?? null }),
};
