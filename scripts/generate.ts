// Writes every generated file of the repository anew.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { contentOf, GENERATED } from "./_generated.ts";
import { ROOT } from "./_workspace.ts";

for (const entry of GENERATED) {
  writeFileSync(join(ROOT, entry.file), await contentOf(entry));
  console.log(`wrote ${entry.file}`);
}
