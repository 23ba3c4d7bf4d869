// What a request may hold is said twice, by the doors' schemas and by the contract: the two are the same.
import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import openapi from "../../../public/openapi.json" with { type: "json" };
import { bindingsEntries } from "../../../src/doors/api/bindings.ts";
import { postEntries } from "../../../src/doors/api/deletions.ts";
import { freezeEntries } from "../../../src/doors/api/freeze.ts";
import { listEntries } from "../../../src/doors/api/history.ts";
import { decisionEntries, resolutionEntries } from "../../../src/doors/api/lifecycle.ts";
import { changesEntries } from "../../../src/doors/api/past.ts";
import { restorationsEntries } from "../../../src/doors/api/restorations.ts";
import { deletionEntries, planEntries } from "../../../src/doors/request/deletion.ts";
import { createContract, isNode, type Node } from "../../contract.ts";

const { resolved } = createContract(openapi);

/** Said differently by the two, or only for people. */
const passedOver = new Set(["$schema", "description", "example", "format", "pattern", "explode", "default"]);

/** With its references resolved, and in the order of the names. */
function plain(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(plain);
	const node = resolved(schema);
	if (node === null) return schema;
	const { "x-extensible-enum": values, type, ...rest } = node;
	const enumerated = values ?? rest.enum;
	const entries = Object.entries({ ...rest, ...(enumerated === undefined ? { type } : { enum: enumerated }) })
		.filter(([name, value]) => !passedOver.has(name) && value !== undefined)
		.map(([name, value]): [string, unknown] => [
			name,
			name === "required" && Array.isArray(value) ? value.toSorted() : plain(value),
		]);
	return Object.fromEntries(entries.filter(([name, value]) => name !== "required" || (value as string[]).length > 0));
}

/** Of a body: unknown fields are refused. */
const bodyOf = (entries: v.ObjectEntries): unknown =>
	plain(toJsonSchema(v.strictObject(entries), { errorMode: "ignore", typeMode: "input" }));

const bodies: [string, v.ObjectEntries, Node | null][] = [
	["POST /deletions", postEntries, resolved(openapi.paths["/deletions"].post)],
	["POST /deletions/{id}/approval", decisionEntries, resolved(openapi.paths["/deletions/{id}/approval"].post)],
	["POST /deletions/{id}/resolution", resolutionEntries, resolved(openapi.paths["/deletions/{id}/resolution"].post)],
	["POST /restorations", restorationsEntries, resolved(openapi.paths["/restorations"].post)],
	["PUT /freeze", freezeEntries, resolved(openapi.paths["/freeze"].put)],
];

describe("a body", () => {
	it.each(bodies)("is the same to the door and in the contract: %s", (_, entries, operation) => {
		const body = JSON.parse(JSON.stringify(operation?.requestBody));
		expect(plain(body.content["application/json"].schema)).toEqual(bodyOf(entries));
	});
});

const bindingsPath = "/client/v4/accounts/{account}/addressing/prefixes/{prefix}/bindings/{binding}";
const queries: [string, v.ObjectEntries, unknown[]][] = [
	["GET /bindings", bindingsEntries, openapi.paths["/bindings"].get.parameters],
	["GET /bindings/changes", changesEntries, openapi.paths["/bindings/changes"].get.parameters],
	["GET /bindings/{target}", planEntries, openapi.paths["/bindings/{target}"].get.parameters],
	["DELETE /bindings/{target}", deletionEntries, openapi.paths["/bindings/{target}"].delete.parameters],
	["DELETE of Cloudflare's", deletionEntries, openapi.paths[bindingsPath].delete.parameters],
	["GET /deletions", listEntries, openapi.paths["/deletions"].get.parameters],
];

describe("a query", () => {
	it.each(queries)(
		"has the same parameters for the door and in the contract, with the same limits: %s",
		(_, entries, parameters) => {
			const described = parameters.map(resolved).filter((one): one is Node => one?.in === "query");
			expect(described.map(({ name }) => name).toSorted()).toEqual(Object.keys(entries).toSorted());
			for (const { name, schema } of described) {
				const entry = entries[String(name)];
				// A number is a text in a query, and a list may have commas: what they hold is compared by requests that are sent.
				const own = resolved(schema);
				if (entry === undefined || ["integer", "array", "boolean"].includes(String(own?.type))) continue;
				const read = toJsonSchema(entry as v.GenericSchema, { errorMode: "ignore", typeMode: "input" });
				expect(plain(schema), String(name)).toEqual(plain(isNode(read) ? read : {}));
			}
		},
	);
});
