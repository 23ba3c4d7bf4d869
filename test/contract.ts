// Holds what the tests see of the API against public/openapi.json: every answer, with its status, headers and body; and each
// request that was granted. Objects are closed for that: a member that the contract does not name is a fault.
import { type Schema, Validator } from "@cfworker/json-schema";
import openapi from "../public/openapi.json" with { type: "json" };

export interface Exchange {
	method: string;
	/** With its query. */
	path: string;
	/** Of the request. */
	body: unknown;
	status: number;
	headers: Headers;
	text: string;
}

export interface Contract {
	/** What is wrong with a value; empty where nothing is. */
	faultsIn(schema: unknown, value: unknown): string[];
	/** What is wrong with a request that was granted, or with an answer. */
	faultsOf(exchange: Exchange): string[];
	/** What a `$ref` stands for. */
	resolved(value: unknown): Node | null;
}

export type Node = { [name: string]: unknown };
export const isNode = (value: unknown): value is Node =>
	typeof value === "object" && value !== null && !Array.isArray(value);
export const within = (value: unknown, ...names: string[]): Node | null =>
	names.reduce<Node | null>((node, name) => (node !== null && isNode(node[name]) ? node[name] : null), asNode(value));
const asNode = (value: unknown): Node | null => (isNode(value) ? value : null);

/** Closed, and with what may be extended later as it is now. */
function closed(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(closed);
	if (!isNode(schema)) return schema;
	const { "x-extensible-enum": values, ...rest } = schema;
	const isOpen = !isNode(schema.properties) || "additionalProperties" in schema;
	return {
		...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, closed(value)])),
		...(values === undefined ? {} : { enum: values }),
		...(isOpen ? {} : { additionalProperties: false }),
	};
}

/** Those that an operation has beside what every answer has. */
const describedHeaders = [
	"allow",
	"etag",
	"idempotency-replayed",
	"link",
	"location",
	"preference-applied",
	"ratelimit",
	"ratelimit-policy",
	"retry-after",
	"unbind-deletion",
	"unbind-joined",
	"vary",
	"www-authenticate",
	"x-unbind-stale",
];

/** Given to every caller before routing, or for a bug: what an operation's `default` is enough for. */
const statusesOfAll = [403, 414, 500];
/** Anyone may ask it, and machines do: it names each of its own statuses. */
const isOpenToAll = (operation: Node, method: string): boolean =>
	method !== "POST" && method !== "PUT" && Array.isArray(operation.security) && operation.security.length === 0;

export function createContract(document: Node): Contract {
	const components = { schemas: closed(within(document, "components", "schemas")) };
	const validators = new Map<unknown, Validator>();
	const templates = Object.entries(within(document, "paths") ?? {})
		.map(([path, operations]) => ({
			// Only a target may have a slash.
			form: new RegExp(`^${path.replaceAll("{target}", ".+").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
			parameters: path.split("{").length - 1,
			operations,
		}))
		.toSorted((a, b) => a.parameters - b.parameters);

	function faultsIn(schema: unknown, value: unknown): string[] {
		const known =
			validators.get(schema) ?? new Validator({ ...asNode(closed(schema)), components } as Schema, "2020-12");
		validators.set(schema, known);
		const { errors } = known.validate(value);
		return errors.map(({ instanceLocation, keyword, error }) => `${instanceLocation} ${keyword}: ${error}`);
	}

	function resolved(value: unknown): Node | null {
		const node = asNode(value);
		const ref = node?.$ref;
		return typeof ref === "string" ? within(document, ...ref.slice(2).split("/")) : node;
	}

	function faultsOf({ method, path, body, status, headers, text }: Exchange): string[] {
		// As it is sent: "/bindings/.." is "/". The router passes over slashes at the end.
		const { pathname: sent, searchParams } = new URL(path, "https://unbind.example.com");
		const pathname = sent.replace(/(?<=.)\/+$/, "");
		const operations = templates.find(({ form }) => form.test(pathname))?.operations;
		const operation = within(operations, (method === "HEAD" ? "GET" : method).toLowerCase());
		if (operation === null) return [];
		const responses = within(operation, "responses");
		const response = resolved(responses?.[String(status)] ?? responses?.default);
		const isOnlyDefault = responses?.[String(status)] === undefined && !statusesOfAll.includes(status);
		if (response === null || (isOnlyDefault && isOpenToAll(operation, method)))
			return ["the contract has no such status"];
		const names = Object.keys(within(response, "headers") ?? {}).map((name) => name.toLowerCase());
		const unnamed = describedHeaders.filter((name) => headers.has(name) && !names.includes(name));
		const isGranted = status < 400 && status !== 304;
		return [
			...unnamed.map((name) => `the contract has no header ${name}`),
			...(method === "HEAD" || text === "" ? [] : faultsOfBody(response, headers, text)),
			...(isGranted ? [...faultsOfQuery(operation, searchParams), ...faultsOfRequestBody(operation, body)] : []),
		];
	}

	function faultsOfBody(response: Node, headers: Headers, text: string): string[] {
		const [type = ""] = (headers.get("content-type") ?? "").split(";");
		const content = within(response, "content", type);
		if (content === null) return [`the contract has no ${type}`];
		return /[/+]json$/.test(type) ? faultsIn(content.schema, JSON.parse(text)) : [];
	}

	function faultsOfQuery(operation: Node, query: URLSearchParams): string[] {
		const parameters = [operation.parameters ?? []].flat().map(resolved);
		return [...new Set(query.keys())].flatMap((name) => {
			const parameter = parameters.find((one) => one?.in === "query" && one.name === name);
			if (!parameter) return [`the contract has no parameter ${name}`];
			const { type } = resolved(parameter.schema) ?? {};
			const [first = ""] = query.getAll(name);
			const values: { [type: string]: unknown } = {
				array: query.getAll(name),
				integer: Number(first),
				boolean: { true: true, false: false }[first] ?? first,
			};
			return faultsIn(parameter.schema, values[String(type)] ?? first).map((fault) => `${name}: ${fault}`);
		});
	}

	function faultsOfRequestBody(operation: Node, body: unknown): string[] {
		const schema = within(operation, "requestBody", "content", "application/json")?.schema;
		return schema === undefined || body === undefined ? [] : faultsIn(schema, body);
	}

	return { faultsIn, faultsOf, resolved };
}

const contract = createContract(openapi);

/** Throws where a test has seen something else than the contract says. */
export function holdAgainstContract(exchange: Exchange): void {
	const faults = contract.faultsOf(exchange);
	if (faults.length === 0) return;
	const { method, path, status, text } = exchange;
	throw new Error(`${method} ${path}: ${status} is not as public/openapi.json says.\n${faults.join("\n")}\n${text}`);
}
