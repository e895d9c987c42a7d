import { expect, test } from "bun:test";
import * as fc from "fast-check";
import type { ResultRow } from "@moe/bench";
import { collect, fakeBackend, rowsOf, tinySweep } from "../_fakeBackend.ts";
import { holds } from "./_check.ts";

test("with a fixed clock and backend, two sweeps of the same options give the same events", async () => {
  const options = fc.record({
    seed: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    sampler: fc.constantFrom("fast" as const, "numpy" as const),
    placement: fc.constantFrom("sorted" as const, "shuffled" as const, "strided" as const),
    tokens: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
  });
  await holds(
    fc.asyncProperty(options, fc.nat(1000), async (drawn, noise) => {
      const run = () => {
        const backend = fakeBackend({
          time: (_cell, side, sample) =>
            (side === "kernel" ? 900 : 1000) + ((sample * noise) % 101),
        });
        return collect(tinySweep({ ...drawn, backend }));
      };
      expect(await run()).toEqual(await run());
    }),
    20,
  );
});

test("resuming after any number of cells gives the rows of one run", async () => {
  const strip = (rows: ResultRow[]) => rows.map((row) => ({ ...row, startedAt: "", wallMs: 0 }));
  const full = rowsOf(await collect(tinySweep()));
  await holds(
    fc.asyncProperty(fc.nat(full.length), async (finished) => {
      const events = await collect(tinySweep({ resumeFrom: full.slice(0, finished) }));
      const done = events.at(-1)!;
      expect(rowsOf(events)).toHaveLength(full.length - finished);
      expect(done.type === "done" && strip(done.rows)).toEqual(strip(full));
    }),
    20,
  );
});
