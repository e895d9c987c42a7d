// Laws of the layout: routes, blocks, padding, lengths.
import { inverseAlignment } from "../inverseAlignment.ts";
import { ensure, routeCounts, sortKey, validBlocks } from "./_layout.ts";
import { alignCase } from "./_alignCase.ts";
import { type AlignLaw, type Call, ensureSame, law } from "./_law.ts";
import { naiveAlign } from "./naiveAlign.ts";

export function layoutLaws(call: Call): AlignLaw[] {
  const anyMap = alignCase({ map: "any" });
  return [
    law("every valid route appears exactly once and no other appears", anyMap, async (input) => {
      const seen = validBlocks(input, await call(input)).flatMap((block) => block.routes);
      const valid = [...input.topkIds.keys()].filter((i) => sortKey(input, i) !== undefined);
      ensureSame(
        seen.sort((a, b) => a - b),
        valid,
        "routes in the layout",
      );
    }),
    law("each block holds routes of the one expert that expertIds names", anyMap, async (input) => {
      const { expertMap, ignoreInvalidExperts = false } = input.options;
      for (const block of validBlocks(input, await call(input))) {
        const keys = new Set(block.routes.map((flat) => sortKey(input, flat)));
        ensure(keys.size === 1, `a block holds ${keys.size} experts`);
        const [key = -1] = keys;
        const id = expertMap !== undefined && !ignoreInvalidExperts ? expertMap[key] : key;
        ensure(block.expertId === id, `block of ${key} is named ${block.expertId}, not ${id}`);
      }
    }),
    law("blocks ascend by the expert they were sorted by", anyMap, async (input) => {
      const keys = validBlocks(input, await call(input)).map((b) => sortKey(input, b.rows[0]));
      ensure(
        keys.every((key, b) => b === 0 || Number(keys[b - 1]) <= Number(key)),
        `blocks are ordered ${keys}`,
      );
    }),
    law("padding is n and follows an expert's last route", anyMap, async (input) => {
      const n = input.topkIds.length;
      const result = await call(input);
      const blocks = validBlocks(input, result);
      blocks.forEach((block, b) => {
        const { length } = block.routes;
        ensure(length > 0, `block ${b} is empty`);
        ensure(
          block.rows.every((flat, r) => (r < length ? flat < n : flat === n)),
          `block ${b} has padding before a route, or other than n`,
        );
        const sameNext =
          b + 1 < blocks.length &&
          sortKey(input, blocks[b + 1].rows[0]) === sortKey(input, block.rows[0]);
        ensure(!sameNext || length === block.rows.length, `block ${b} is padded, not the last`);
      });
      ensure(
        result.sortedTokenIds.subarray(result.numTokensPostPadded[0]).every((flat) => flat === n),
        "the tail of sortedTokenIds is not n",
      );
    }),
    law("numTokensPostPadded is the sum of padded counts", anyMap, async (input) => {
      const { blockM } = input.options;
      let sum = 0;
      for (const count of routeCounts(input).values()) sum += Math.ceil(count / blockM) * blockM;
      const { numTokensPostPadded } = await call(input);
      ensure(numTokensPostPadded.length >= 1, "numTokensPostPadded is empty");
      ensureSame([numTokensPostPadded[0]], [sum], "numTokensPostPadded");
    }),
    law("an expert owns as few blocks as its routes need, none without", anyMap, async (input) => {
      const owned = new Map<number | undefined, number>();
      for (const { rows } of validBlocks(input, await call(input))) {
        const key = sortKey(input, rows[0]);
        owned.set(key, (owned.get(key) ?? 0) + 1);
      }
      const counts = routeCounts(input);
      ensure(owned.size === counts.size, `${owned.size} experts own blocks, ${counts.size} routes`);
      for (const [key, count] of counts) {
        const needed = Math.ceil(count / input.options.blockM);
        ensure(owned.get(key) === needed, `expert ${key} owns ${owned.get(key)}, not ${needed}`);
      }
    }),
    law("the inverse permutation leads back to every route", anyMap, async (input) => {
      const { sortedTokenIds } = await call(input);
      const rows = inverseAlignment(sortedTokenIds, input.topkIds.length);
      rows.forEach((row, flat) => {
        const dropped = sortKey(input, flat) === undefined;
        ensure(dropped ? row === -1 : sortedTokenIds[row] === flat, `route ${flat} is at ${row}`);
      });
    }),
    law("buffer lengths follow from the shape alone", anyMap, async (input) => {
      const withoutRoutes = { ...input, topkIds: new Int32Array(input.topkIds.length).fill(-1) };
      const empty = await call(withoutRoutes);
      const full = await call(input);
      const want = naiveAlign(withoutRoutes.topkIds, input.options);
      for (const result of [empty, full]) {
        ensureSame([result.sortedTokenIds.length], [want.sortedTokenIds.length], "sorted length");
        ensureSame([result.expertIds.length], [want.expertIds.length], "expertIds length");
      }
    }),
  ];
}
