// docs/cli.md from the command tree: writes it, compares it (--check), or prints it (--print).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { commandPage } from "../packages/cli/src/help/markdown.ts";
import { ROOT } from "./_workspace.ts";

const FILE = "docs/cli.md";
const MODES = ["--write", "--check", "--print"];

const [mode = "--write"] = process.argv.slice(2);
const path = join(ROOT, FILE);
if (mode === "--write") {
  writeFileSync(path, commandPage());
} else if (mode === "--print") {
  process.stdout.write(commandPage());
} else if (mode === "--check") {
  if (readFileSync(path, "utf8") !== commandPage()) {
    console.error(`${FILE} is stale: bun scripts/cli-docs.ts`);
    process.exitCode = 1;
  }
} else {
  console.error(`unknown mode ${mode}; allowed: ${MODES.join(", ")}`);
  process.exitCode = 2;
}
