// Packs what a bare GPU machine needs to run moe-bench: no network, no Bun, no Node, no compiler.
// Usage: bun run bundle:gpu FOLDER      then, on that machine: FOLDER/moe-bench run --backend cuda …
import { packedBun, writeBundle } from "./_gpuBundle.ts";

const MAX_BYTES = 60e6;

async function main(args: readonly string[]): Promise<number> {
  if (args.length !== 1 || process.platform !== "linux" || process.arch !== "x64") {
    console.error("usage: bun run bundle:gpu FOLDER, on x86-64 Linux");
    return 2;
  }
  const [folder] = args;
  const sizes = await writeBundle(folder, { bun: await packedBun() });
  const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  for (const [name, size] of Object.entries(sizes)) console.log(`${megabytes(size)}  ${name}`);
  console.log(`${megabytes(bytes)}  together in ${folder}`);
  if (bytes <= MAX_BYTES) return 0;
  console.error(`that is more than ${megabytes(MAX_BYTES).trim()}: some machines take no more`);
  return 1;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1).padStart(6)} MB`;
}

process.exitCode = await main(process.argv.slice(2));
