// Writes public/problems.html and public/problems.json from docs/problems.md: npm run docs:problems
import { readFileSync, writeFileSync } from "node:fs";
import { problemsIn, problemsJson, problemsPage } from "./problem-pages.ts";

const problems = problemsIn(readFileSync("docs/problems.md", "utf8"));
writeFileSync("public/problems.html", problemsPage(problems));
writeFileSync("public/problems.json", problemsJson(problems));
