import { expect, test } from "vitest";
import openapi from "../../public/openapi.json" with { type: "json" };
import { doors } from "../../src/deletion/actor.ts";
import { states } from "../../src/deletion/deletion.ts";
import { guardNames } from "../../src/deletion/verdict.ts";
import { problemCodes } from "../../src/doors/problem.ts";
import { router } from "../../src/routes.ts";
import { call } from "../harness.ts";

const described = Object.entries(openapi.paths).flatMap(([path, operations]) =>
	Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
);

/** Without the Worker, from public/. */
const served = ["GET /openapi.json", "GET /assets/{name}"];

test("the contract describes every route, and no other", () => {
	const routed = router.routes
		.filter(([method]) => method !== "ALL")
		.map(([method, , , path]) => `${method} ${path?.replaceAll(/:(\w+)\+?/g, "{$1}") || "/"}`);
	expect(described.toSorted()).toEqual([...routed, ...served].toSorted());
});

test("what only some records have is described, and not required", () => {
	const { properties, required } = openapi.components.schemas.Deletion;
	for (const member of ["form", "requests", "resolution"]) {
		expect(properties).toHaveProperty(member);
		expect(required).not.toContain(member);
	}
});

test("it names every state, guard, door and problem code", () => {
	const { State, Guard, Party, Problem } = openapi.components.schemas;
	expect(State.enum).toEqual(states);
	expect(Guard.enum).toEqual(guardNames);
	expect(Party.properties.door.enum).toEqual(doors);
	expect(Problem.properties.code.enum.toSorted()).toEqual(problemCodes.toSorted());
});

test("a record, a plan and a row have the members that it requires", async () => {
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
