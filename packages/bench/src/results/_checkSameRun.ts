import { BenchError } from "../errors.ts";
import type { ResultHeader } from "./schema.ts";

/** One field in which two headers differ. */
interface Difference {
  field: string;
  file: unknown;
  now: unknown;
}

/** Throws unless both headers describe the same cells on the same device; returns warnings about the rest. */
export function checkSameRun(file: ResultHeader, now: ResultHeader, path: string): string[] {
  const differences = [
    ...compare("config", file.config, now.config),
    ...compare("device", file.device, now.device),
  ];
  if (differences.length > 0)
    throw new BenchError(
      "E_RESUME_MISMATCH",
      `${path} belongs to another run: ${differences.map(describe).join("; ")}. Repeat the options of the first run, or write to a new file.`,
      { path, differences },
    );
  const softly = compare("environment", pick(file), pick(now));
  return softly.map((difference) => `${path}: ${describe(difference)}; rows carry their own.`);
}

function pick({ environment }: ResultHeader): Record<string, unknown> {
  return { commit: environment.commit, dirty: environment.dirty, ...environment.versions };
}

function compare(prefix: string, file: object, now: object): Difference[] {
  const left = file as Record<string, unknown>;
  const right = now as Record<string, unknown>;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  const differences: Difference[] = [];
  for (const key of keys)
    if (JSON.stringify(left[key]) !== JSON.stringify(right[key]))
      differences.push({ field: `${prefix}.${key}`, file: left[key], now: right[key] });
  return differences;
}

function describe({ field, file, now }: Difference): string {
  return `${field} was ${JSON.stringify(file)}, now ${JSON.stringify(now)}`;
}
