// What `npm start` prints: the orders to the imitation work as printed.
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { control } from "../../sandbox/imitation/caller.ts";
import { createImitation } from "../../sandbox/imitation/imitation.ts";
import { welcome } from "../../sandbox/welcome.ts";

const text = stripVTControlCharacters(
	welcome({ url: "http://localhost:8787", imitationUrl: "http://127.0.0.1:8788", dataPath: ".wrangler" }),
);

it("prints orders that the imitation takes, in this order", async () => {
	const imitation = createImitation();
	const orders = [...text.matchAll(/:8788\/sandbox(\/\w+) -d '([^']+)'/g)];
	expect(orders.map(([, path]) => path)).toEqual(["/faults", "/elsewhere", "/elsewhere"]);
	for (const [, path = "", json = ""] of orders)
		expect(await control(imitation, "POST", path, JSON.parse(json))).toMatchObject({ status: 200 });
	expect(imitation.snapshot().prefixes.flatMap(({ bindings }) => bindings)).toEqual([]);
});
