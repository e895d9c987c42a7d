// docs/result-schema.json from the one definition in @moe/bench, formatted as the formatter wants it, printed:
// `bun run generate` writes it.
import { resultJsonSchema } from "../packages/bench/src/index.ts";
import { BUN, ROOT } from "./_workspace.ts";

const text = `${JSON.stringify(resultJsonSchema(), null, 2)}\n`;
const argv = [BUN, "fmt", "--stdin-filepath=docs/result-schema.json"];
const formatter = Bun.spawnSync(argv, { cwd: ROOT, stdin: Buffer.from(text) });
if (!formatter.success) throw new Error(formatter.stderr.toString());
process.stdout.write(formatter.stdout);
