// The `fast` sampler: successive sampling without replacement by alias draws that are repeated while they collide.
// Repeating is exact: given the experts a token holds, the first draw outside of them has the conditional law. After
// `maxDraws` draws in one token the rest of it comes from a sum tree over what remains, which is the same law.
import { aliasTables, type AliasTables } from "./_aliasTables.ts";
import { Sfc32 } from "./_sfc32.ts";
import { SumTree } from "./_sumTree.ts";

const MAX_MARK = 2 ** 31 - 1;

export class FastSampler {
  readonly #probability: Float64Array;
  readonly #topK: number;
  readonly #random: Sfc32;
  readonly #tables: AliasTables;
  /** `[buckets + 1]`: the mark of the last token that drew the expert. */
  readonly #lastMark: Int32Array;
  #mark: number;
  #tree: SumTree | undefined;

  /** @param firstMark - For tests: marks run out after 2^31 tokens. */
  constructor(
    probability: Float64Array,
    topK: number,
    seedWords: [number, number, number],
    firstMark = 0,
  ) {
    this.#mark = firstMark;
    this.#probability = probability;
    this.#topK = topK;
    this.#random = new Sfc32(seedWords);
    this.#tables = aliasTables(probability, topK);
    this.#lastMark = new Int32Array((1 << this.#tables.bits) + 1);
  }

  /** Draws the next `out.length / topK` tokens of the stream. */
  draw(out: Int32Array): void {
    const topK = this.#topK;
    const maxDraws = 16 + 8 * topK;
    const { bits, thresholdHi, thresholdLo, flip, leaver } = this.#tables;
    const lastMark = this.#lastMark;
    // With one table the step would be idle, yet each draw would wait for the last one's store.
    const hasTails = leaver.length > 1;
    const shift = 32 - bits;
    const coinMask = -1 >>> bits;
    const random = this.#random;
    let { a, b, c, counter } = random;
    let mark = this.#mark;
    for (let start = 0; start < out.length; start += topK) {
      if (mark === MAX_MARK) {
        lastMark.fill(0);
        mark = 0;
      }
      mark++;
      const end = start + topK;
      let at = start;
      let table = 0;
      let draws = 0;
      do {
        const bitsDrawn = (((a + b) | 0) + counter) | 0;
        counter = (counter + 1) | 0;
        a = b ^ (b >>> 9);
        b = (c + (c << 3)) | 0;
        c = (((c << 21) | (c >>> 11)) + bitsDrawn) | 0;

        const bucket = bitsDrawn >>> shift;
        const coin = bitsDrawn & coinMask;
        const entry = (table << bits) | bucket;
        const threshold = thresholdHi[entry];
        let expert = bucket ^ (flip[entry] & ((threshold - coin) >> 31));
        if (coin === threshold) {
          random.a = a;
          random.b = b;
          random.c = c;
          random.counter = counter;
          expert = random.next() >>> 0 < thresholdLo[entry] ? bucket : bucket ^ flip[entry];
          ({ a, b, c, counter } = random);
        }
        // No branch on a collision: write, then step on only if the expert is new. Branches here are coin tosses.
        out[at] = expert;
        at += (lastMark[expert] - mark) >>> 31;
        lastMark[expert] = mark;
        if (hasTails) table += 1 ^ ((lastMark[leaver[table]] - mark) >>> 31);
      } while (at < end && ++draws < maxDraws);

      if (at < end) {
        random.a = a;
        random.b = b;
        random.c = c;
        random.counter = counter;
        this.#finishToken(out, start, at, end);
        ({ a, b, c, counter } = random);
      }
    }
    this.#mark = mark;
    random.a = a;
    random.b = b;
    random.c = c;
    random.counter = counter;
  }

  #finishToken(out: Int32Array, start: number, at: number, end: number): void {
    this.#tree ??= new SumTree(this.#probability);
    const tree = this.#tree;
    for (let i = start; i < at; i++) tree.set(out[i], 0);
    for (let i = at; i < end; i++) {
      out[i] = tree.find(this.#random.nextOpenDouble());
      tree.set(out[i], 0);
    }
    for (let i = start; i < end; i++) tree.set(out[i], this.#probability[out[i]]);
  }
}
