// A JSON schema of docs/ from its one definition, formatted as the formatter wants it, printed: `bun run generate` writes
// it. Usage: bun scripts/json-schema.ts result|launch
import { resultJsonSchema } from "../packages/bench/src/index.ts";
import { launchJsonSchema } from "../packages/cli/src/sim/description.ts";
import { BUN, ROOT } from "./_workspace.ts";

const SCHEMAS: Record<string, () => object> = {
  result: resultJsonSchema,
  launch: launchJsonSchema,
};

const name = process.argv[2] ?? "";
const schema = SCHEMAS[name];
if (schema === undefined)
  throw new Error(`unknown schema ${name}; allowed: ${Object.keys(SCHEMAS).join(", ")}`);
const text = `${JSON.stringify(schema(), null, 2)}\n`;
const argv = [BUN, "fmt", `--stdin-filepath=docs/${name}-schema.json`];
const formatter = Bun.spawnSync(argv, { cwd: ROOT, stdin: Buffer.from(text) });
if (!formatter.success) throw new Error(formatter.stderr.toString());
process.stdout.write(formatter.stdout);
