// Files in git that a program writes. `bun run generate` writes them, `bun run check` compares them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { command } from "./_steps.ts";
import { BUN, ROOT } from "./_workspace.ts";

/** A committed file and the command that prints it. */
export interface Generated {
  file: string;
  argv: readonly string[];
}

/** Every generated file of the repository. */
export const GENERATED: readonly Generated[] = [
  { file: "docs/cli.md", argv: ["bun", "scripts/cli-docs.ts", "--print"] },
  { file: "docs/result-schema.json", argv: ["bun", "scripts/json-schema.ts", "result"] },
  { file: "docs/launch-schema.json", argv: ["bun", "scripts/json-schema.ts", "launch"] },
];

/** What the file should hold. */
export async function contentOf({ file, argv }: Generated): Promise<string> {
  const { ok, output } = await command(argv, { env: { NO_COLOR: "1" } });
  if (!ok) throw new Error(`${argv.join(" ")}, which writes ${file}, failed:\n${output}`);
  const format = [BUN, "fmt", "--no-script", `--stdin-filepath=${file}`];
  const formatted = Bun.spawnSync(format, { cwd: ROOT, stdin: Buffer.from(output) });
  if (formatted.exitCode !== 0) throw new Error(`${file}: ${formatted.stderr.toString()}`);
  return formatted.stdout.toString();
}

/** Sentences about the generated files that are not what their command prints. */
export async function staleFiles(): Promise<string[]> {
  const stale = await Promise.all(
    GENERATED.map(async (entry) => {
      const path = join(ROOT, entry.file);
      const current = existsSync(path) ? readFileSync(path, "utf8") : undefined;
      return current === (await contentOf(entry))
        ? []
        : [`${entry.file} is stale: bun run generate`];
    }),
  );
  return stale.flat();
}
