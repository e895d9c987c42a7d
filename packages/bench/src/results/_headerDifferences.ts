import type { ResultHeader } from "./schema.ts";

/** One field in which two headers differ. */
export interface HeaderDifference {
  /** `config.tokens`, `device.isa`. */
  field: string;
  /** Its value in the first. */
  first: unknown;
  /** Its value in the second. */
  second: unknown;
}

/** Where two headers do not describe the same cells on the same device. */
export function runDifferences(first: ResultHeader, second: ResultHeader): HeaderDifference[] {
  return [
    ...compare("config", first.config, second.config),
    ...compare("device", first.device, second.device),
  ];
}

/** Where commit or versions differ, which may move numbers. */
export function softDifferences(first: ResultHeader, second: ResultHeader): HeaderDifference[] {
  return compare("environment", pick(first), pick(second));
}

function pick({ environment }: ResultHeader): Record<string, unknown> {
  return { commit: environment.commit, dirty: environment.dirty, ...environment.versions };
}

function compare(prefix: string, first: object, second: object): HeaderDifference[] {
  const left = first as Record<string, unknown>;
  const right = second as Record<string, unknown>;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  const differences: HeaderDifference[] = [];
  for (const key of keys)
    if (JSON.stringify(left[key]) !== JSON.stringify(right[key]))
      differences.push({ field: `${prefix}.${key}`, first: left[key], second: right[key] });
  return differences;
}
