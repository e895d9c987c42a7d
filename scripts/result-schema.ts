// docs/result-schema.json from the one definition in @moe/bench, printed: `bun run generate` writes it.
import { resultJsonSchema } from "../packages/bench/src/index.ts";

process.stdout.write(`${JSON.stringify(resultJsonSchema(), null, 2)}\n`);
