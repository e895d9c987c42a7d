// One line of the golden space map from an expert histogram.

export function spaceMapLine(archetype: string, tokens: number, counts: Int32Array): string {
  const used = [...counts].filter((count) => count > 0).sort((a, b) => a - b);
  const routed = used.reduce((a, b) => a + b, 0);
  const half = used.length >> 1;
  const median = used.length % 2 === 1 ? used[half] : (used[half - 1] + used[half]) / 2;
  const fields = [
    archetype,
    tokens,
    routed,
    rounded(routed * 10, used.length) / 10,
    Math.floor(median),
  ];
  fields[3] = Number(fields[3]).toFixed(1);
  fields.push(used.at(-1)!, counts.length - used.length);
  for (const blockM of [16, 32]) {
    const blocks = used.reduce((sum, count) => sum + Math.ceil(count / blockM), 0);
    const skinny = used.filter((count) => (count - 1) % blockM < 8).length;
    fields.push((rounded(routed * 1000, blocks * blockM) / 10).toFixed(1));
    fields.push(rounded(skinny * 100, blocks));
  }
  return fields.join("\t");
}

/** a / b to the nearest integer, halves to even. */
function rounded(a: number, b: number): number {
  const floor = Math.floor(a / b);
  const rest = 2 * (a - floor * b);
  return rest > b || (rest === b && floor % 2 === 1) ? floor + 1 : floor;
}
