// Runs the peers that a speed claim is measured against: `bun bench/peers/main.ts [name…]`, all of them without a name.
const PEERS: Record<string, () => Promise<void>> = {
  align: async () => (await import("./align.ts")).alignPeers(),
  routing: async () => (await import("./routing.ts")).routingPeers(),
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in PEERS));
if (unknown.length > 0) {
  console.error(`no peers named ${unknown.join(", ")}; there are ${Object.keys(PEERS).join(", ")}`);
  process.exit(2);
}
for (const name of names.length > 0 ? names : Object.keys(PEERS)) await PEERS[name]();
