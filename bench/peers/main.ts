// Runs the peers that a speed claim is measured against: `bun bench/peers/main.ts [name…]`, all of them without a name.
// What follows the first option goes to the peers named: `bun bench/peers/main.ts gemm --tokens 128`.
import { UsageError } from "./UsageError.ts";

type Run = (options: string[]) => Promise<void>;

const PEERS: Record<string, Run> = {
  align: withoutOptions("align", async () => (await import("./align.ts")).alignPeers()),
  routing: withoutOptions("routing", async () => (await import("./routing.ts")).routingPeers()),
  gemm: async (options) => (await import("./gemm/gemmPeers.ts")).gemmPeers(options),
};

function withoutOptions(name: string, run: () => Promise<void>): Run {
  return async (options) => {
    if (options.length > 0) throw new UsageError(`${name} takes no options`);
    await run();
  };
}

async function main(words: string[]): Promise<void> {
  const firstOption = words.findIndex((word) => word.startsWith("-"));
  const names = firstOption < 0 ? words : words.slice(0, firstOption);
  const unknown = names.filter((name) => !(name in PEERS));
  if (unknown.length > 0) {
    const known = Object.keys(PEERS).join(", ");
    throw new UsageError(`no peers named ${unknown.join(", ")}; there are ${known}`);
  }
  for (const name of names.length > 0 ? names : Object.keys(PEERS)) {
    await PEERS[name](words.slice(names.length));
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
