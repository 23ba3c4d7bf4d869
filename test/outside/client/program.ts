// What a user of unbind may write with a generated client. `client.test.ts` copies it beside the types, checks it with tsc,
// and runs it: node program.ts <unbind's address>
import createClient from "openapi-fetch";
import type { paths } from "./unbind.d.ts";

const unbind = createClient<paths, "application/json" | "application/problem+json">({
	baseUrl: process.argv[2] ?? "http://localhost:8787",
	headers: { authorization: "Bearer unbind_sandbox" },
});
const target = { path: { target: "203.0.113.0/26" } };

const plan = await unbind.GET("/bindings/{target}", { params: target });
if (plan.data === undefined) throw new Error(plan.error.detail);

const deleted = await unbind.DELETE("/bindings/{target}", { params: { ...target, query: { reason: "INC-4211" } } });
if (deleted.data === undefined) throw new Error(deleted.error.detail);

const listed = await unbind.GET("/deletions", { params: { query: { limit: 10 } } });
if (listed.data === undefined) throw new Error(listed.error.detail);

const restored = await unbind.POST("/deletions/{id}/restoration", { params: { path: { id: deleted.data.id } } });
if (restored.data === undefined) throw new Error(restored.error.detail);

const { error } = await unbind.GET("/bindings/{target}", { params: { path: { target: "203.0.113.7" } } });

const result = {
	would: plan.data.would,
	left: plan.data.budget?.left,
	state: deleted.data.state,
	listed: listed.data.deletions.map(({ state, cidr }) => `${state} ${cidr}`),
	restored: restored.data.state,
	problem: `${error?.code}: ${error?.hint}`,
};
console.log(JSON.stringify(result));
