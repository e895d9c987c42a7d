// Laws of expertMap: gathered after the layout, or applied before counting.
import { canonicalRows } from "./_layout.ts";
import { alignCase } from "./_alignCase.ts";
import { type AlignLaw, type Call, ensureSame, law } from "./_law.ts";

export function expertMapLaws(call: Call): AlignLaw[] {
  return [
    law(
      "the tail of expertIds is -1, or the last map entry when gathered",
      alignCase({ map: "any" }),
      async (input) => {
        const { expertMap, ignoreInvalidExperts, tail, numExperts, blockM } = input.options;
        const gathered = expertMap !== undefined && ignoreInvalidExperts !== true;
        const want = gathered && tail !== "minus-one" ? expertMap[numExperts - 1] : -1;
        const { expertIds, numTokensPostPadded } = await call(input);
        const ids = expertIds.subarray(numTokensPostPadded[0] / blockM);
        ensureSame(ids, ids.slice().fill(want), "tail");
      },
    ),
    law(
      "a map gathered after the layout changes expertIds alone",
      alignCase({ map: "local" }),
      async ({ topkIds, options: given }) => {
        const { expertMap, ...rest } = given;
        const mapped = { topkIds, options: { ...given, ignoreInvalidExperts: false } };
        const plain = { topkIds, options: rest };
        const [a, b] = [await call(mapped), await call(plain)];
        ensureSame(canonicalRows(mapped, a), canonicalRows(plain, b), "sortedTokenIds");
        ensureSame(a.numTokensPostPadded, b.numTokensPostPadded, "numTokensPostPadded");
        const blocks = b.numTokensPostPadded[0] / rest.blockM;
        const ids = b.expertIds.slice(0, blocks).map((id) => expertMap?.[id] ?? id);
        ensureSame(a.expertIds.subarray(0, blocks), ids, "expertIds");
      },
    ),
    law(
      "a map applied before counting equals aligning mapped ids",
      alignCase({ map: "local" }),
      async ({ topkIds, options: given }) => {
        const { expertMap, ...rest } = given;
        const before = { topkIds, options: { ...given, ignoreInvalidExperts: true } };
        const ids = topkIds.map((id) => expertMap?.[id] ?? -1);
        const after = { topkIds: ids, options: rest };
        const [a, b] = [await call(before), await call(after)];
        ensureSame(canonicalRows(before, a), canonicalRows(after, b), "sortedTokenIds");
        ensureSame(a.expertIds, b.expertIds, "expertIds");
        ensureSame(a.numTokensPostPadded, b.numTokensPostPadded, "numTokensPostPadded");
      },
    ),
  ];
}
