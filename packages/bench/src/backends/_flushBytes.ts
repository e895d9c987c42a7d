/** A flush covers the last-level cache this many times: replacement is not exact LRU. */
const FLUSH_FACTOR = 2;
/** Where the cache size is unknown or tiny: larger than the caches of common desktop parts. */
const SMALLEST_FLUSH_BYTES = 64 * 2 ** 20;

/** Bytes that a flush must touch to evict a last-level cache of this size. */
export function flushBytes(lastLevelCacheBytes: number): number {
  return Math.max(SMALLEST_FLUSH_BYTES, FLUSH_FACTOR * lastLevelCacheBytes);
}
