import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The caches before memory: several on processors whose core groups have one each. */
export interface LastLevelCaches {
  /** How many; 1 where the system does not say. */
  count: number;
  /** Bytes of all together; 0 where the system does not say. */
  bytes: number;
}

const UNITS: Record<string, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** Reads Linux's description of the caches; `root` is replaced in tests. */
export function lastLevelCaches(root = "/sys/devices/system/cpu"): LastLevelCaches {
  const sizes = new Map<string, number>();
  for (const cpu of list(root).filter((name) => /^cpu\d+$/.test(name))) {
    const folder = join(root, cpu, "cache");
    const levels = list(folder).map((name) => readCache(join(folder, name)));
    const last = levels.toSorted((a, b) => b.level - a.level)[0];
    if (last && last.level > 0) sizes.set(last.sharedBy, last.bytes);
  }
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return { count: Math.max(1, sizes.size), bytes };
}

function readCache(folder: string): { level: number; bytes: number; sharedBy: string } {
  const [, digits, unit] = /^(\d+)([KMG]?)$/.exec(read(join(folder, "size"))) ?? [];
  return {
    level: Number(read(join(folder, "level"))),
    bytes: digits === undefined ? 0 : Number(digits) * (UNITS[unit] ?? 1),
    sharedBy: read(join(folder, "shared_cpu_list")),
  };
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
