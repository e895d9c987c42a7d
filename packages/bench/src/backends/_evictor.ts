import type { CacheMode } from "../results/schema.ts";

/** 8-byte words of one cache line. */
const LINE_WORDS = 8;

/** A function that walks `bytes` bytes, reading or writing one word of each cache line. */
export function createEvictor(cache: CacheMode, bytes: number): () => void {
  if (cache === "warm") return () => {};
  const words = new Float64Array(bytes / 8).fill(1);
  if (cache === "write")
    return () => {
      for (let i = 0; i < words.length; i += LINE_WORDS) words[i] += 1;
    };
  return () => {
    let sum = 0;
    for (let i = 0; i < words.length; i += LINE_WORDS) sum += words[i];
    // Stored, so that the loop has an effect and is not removed.
    words[0] = sum > 0 ? 1 : 0;
  };
}
