// Updates the table of rules in docs/architecture.md from the code: npm run docs:rules
import { readFileSync, writeFileSync } from "node:fs";
import { withCarefulRules } from "./careful-rules.ts";

const path = "docs/architecture.md";
const document = withCarefulRules(readFileSync(path, "utf8"));
if (document === null) throw new Error("docs/architecture.md has no section for the careful rules");
writeFileSync(path, document);
