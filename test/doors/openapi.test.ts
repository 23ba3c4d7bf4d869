import { expect, test } from "vitest";
import { doors } from "../../src/deletion/actor.ts";
import { states } from "../../src/deletion/deletion.ts";
import { guardNames } from "../../src/deletion/verdict.ts";
import openapi from "../../src/doors/openapi.json" with { type: "json" };
import { problemCodes } from "../../src/doors/problem.ts";
import { router } from "../../src/routes.ts";
import { call } from "../harness.ts";

const described = Object.entries(openapi.paths).flatMap(([path, operations]) =>
	Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
);

test("the contract is served to anybody", async () => {
	const { status, json } = await call("/openapi.json", { token: null });
	expect(status).toBe(200);
	expect(json).toEqual(openapi);
});

test("it describes every route, and no other", () => {
	const routed = router.routes
		.filter(([method]) => method !== "ALL")
		.map(([method, , , path]) => `${method} ${path?.replaceAll(/:(\w+)\+?/g, "{$1}") || "/"}`);
	expect(described.toSorted()).toEqual(routed.toSorted());
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
	expect(Object.keys(record.json).toSorted()).toEqual(Deletion.required.toSorted());
	const [row] = (await call("/deletions")).json.deletions;
	expect(Object.keys(row).toSorted()).toEqual(Summary.required.toSorted());
});
