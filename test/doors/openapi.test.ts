import { afterEach, expect, it } from "vitest";
import openapi from "../../public/openapi.json" with { type: "json" };
import { doors } from "../../src/deletion/record/actor.ts";
import { states } from "../../src/deletion/record/deletion.ts";
import { guardNames } from "../../src/deletion/record/verdict.ts";
import { problemCodes } from "../../src/doors/reply/problem.ts";
import { router } from "../../src/routes.ts";
import { createContract, type Exchange, isNode, type Node } from "../contract.ts";
import { type Answer, call, cloudflare } from "../harness.ts";
import { resetAll } from "./account.ts";

afterEach(resetAll);

const described = Object.entries(openapi.paths).flatMap(([path, operations]) =>
	Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
);

/** Without the Worker, from public/. */
const served = ["GET /openapi.json", "GET /problems.json"];
/** For people: no contract holds what they look like. */
const isPage = (route: string): boolean => /^\w+ \/(?:$|export\.|records\/|account|freeze-switch|sign-)/.test(route);

it("describes every route but those of the page, and nothing else", () => {
	const routed = router.routes
		.filter(([method]) => method !== "ALL")
		.map(([method, , , path]) => `${method} ${path?.replaceAll(/:(\w+)\+?/g, "{$1}") || "/"}`)
		.filter((route) => !isPage(route));
	expect(described.toSorted()).toEqual([...routed, ...served].toSorted());
});

it("describes members that only some records have, and does not require them", () => {
	const { properties, required } = openapi.components.schemas.Deletion;
	for (const member of ["form", "requests", "resolution", "elsewhere", "confirmed_by_audit_log"]) {
		expect(properties).toHaveProperty(member);
		expect(required).not.toContain(member);
	}
});

it("names every state, guard, door and problem code", () => {
	const { State, Guard, Door, Problem } = openapi.components.schemas;
	expect(State["x-extensible-enum"]).toEqual(states);
	expect(Guard["x-extensible-enum"]).toEqual(guardNames);
	expect(Door["x-extensible-enum"]).toEqual(doors);
	expect(Problem.properties.code["x-extensible-enum"].toSorted()).toEqual(problemCodes.toSorted());
});

it("requires exactly the members of a record, a plan and a row", async () => {
	const { Deletion, Plan, Summary } = openapi.components.schemas;
	const plan = await call("/bindings/203.0.113.128/25");
	expect(Object.keys(plan.json).toSorted()).toEqual(Plan.required.toSorted());
	const record = await call("/bindings/203.0.113.128/25", { method: "DELETE" });
	const { form, ...members } = record.json;
	expect(form).toEqual(expect.any(Number));
	expect(Object.keys(members).toSorted()).toEqual(Deletion.required.toSorted());
	const [row] = (await call("/deletions")).json.deletions;
	// What rows have had since their beginning is required: inside older records there are some without the rest.
	expect(Object.keys(row).toSorted()).toEqual(Object.keys(Summary.properties).toSorted());
});

/** The contract without something: what a test that could not fail would not notice. */
const without = (cut: (document: typeof openapi) => void): Node => {
	const document = structuredClone(openapi);
	cut(document);
	return document;
};
const seen = (change: Partial<Exchange>): Exchange => ({
	method: "GET",
	path: "/health",
	body: undefined,
	status: 200,
	headers: new Headers({ "content-type": "application/json" }),
	text: '{"ok":true}',
	...change,
});

it.each<[string, Node, Exchange]>([
	[
		"a status that it lacks",
		without(({ paths }) => {
			const { "429": _, ...responses } = paths["/health"].get.responses;
			Object.assign(paths["/health"].get, { responses });
		}),
		seen({ status: 429, text: "" }),
	],
	[
		"a member that it lacks",
		without(({ components }) => Reflect.deleteProperty(components.schemas.WebhookAnswer.properties, "detail")),
		seen({ method: "POST", path: "/webhooks/ci", text: '{"outcome":"refused","detail":"Truncated.","deletions":[]}' }),
	],
	[
		"a parameter's form that it lacks",
		without(({ components }) => components.parameters.Acknowledge.schema.items.anyOf.pop()),
		seen({ path: "/bindings/a?acknowledge=last_binding,breadth", text: "" }),
	],
	[
		"a header that it lacks",
		without(({ paths }) => Reflect.deleteProperty(paths["/bindings/{target}"].get.responses["200"].headers, "ETag")),
		seen({ path: "/bindings/a", headers: new Headers({ etag: '"x"' }), text: "" }),
	],
	["a body that it forbids", openapi, seen({ method: "PUT", path: "/freeze", body: { reason: "" }, text: "" })],
])("what is held against it is noticed: %s", (_, document, exchange) => {
	expect(createContract(document).faultsOf(exchange)).not.toEqual([]);
	if (document !== openapi) expect(createContract(openapi).faultsOf(exchange)).toEqual([]);
});

/** What differs from run to run. */
const steady = (value: unknown, name = ""): unknown => {
	if (Array.isArray(value)) return value.map((one) => steady(one));
	if (isNode(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, steady(one, key)]));
	return /_at$|^(?:at|id|ray|request_id|duration_ms)$/.test(name) && value !== null ? typeof value : value;
};

it("its examples are what unbind answers", async () => {
	const { paths, components } = openapi;
	const ask = async (path: string, options = {}): Promise<Answer["json"]> => (await call(path, options)).json;
	const bindings = await ask("/bindings");
	expect(steady({ prefixes: bindings.prefixes.slice(0, 1) })).toEqual(
		steady(paths["/bindings"].get.responses["200"].content["application/json"].example),
	);
	const examples: [unknown, unknown][] = [
		[
			paths["/bindings/{target}"].get.responses["200"].content["application/json"].example,
			await ask("/bindings/203.0.113.0/26"),
		],
		[components.responses.Problem.content["application/problem+json"].example, await ask("/bindings/203.0.113.7")],
		[
			components.responses.Done.content["application/json"].example,
			await ask("/bindings/203.0.113.0/26?reason=INC-4211", { method: "DELETE" }),
		],
		[paths["/deletions"].get.responses["200"].content["application/json"].example, await ask("/deletions")],
	];
	for (const [example, answer] of examples) expect(steady(answer)).toEqual(steady(example));
	expect(
		(
			await call("/freeze", {
				method: "PUT",
				json: paths["/freeze"].put.requestBody.content["application/json"].example,
			})
		).status,
	).toBe(200);
	await call("/freeze", { method: "DELETE" });
	await cloudflare.reset();
});
