/** Archetypes from the command line: the library parses, this adds the flag to its error. */

import { parseArchetype, RoutingError, type Archetype } from "@moe/routing";
import { CliError } from "./errors.ts";

/** Parses each text; all of them must be archetypes. */
export function parseArchetypes(texts: readonly string[]): Archetype[] {
  return texts.map(parseOne);
}

function parseOne(text: string): Archetype {
  try {
    return parseArchetype(text);
  } catch (error) {
    if (!(error instanceof RoutingError)) throw error;
    const { allowed, suggestion } = error.details;
    throw new CliError({
      code: "E_UNKNOWN_VALUE",
      what: `--archetypes: unknown value ${JSON.stringify(text)}`,
      ...(Array.isArray(allowed) ? { allowed: allowed.join(", ") } : {}),
      ...(typeof suggestion === "string" ? { next: `did you mean ${suggestion}?` } : {}),
      details: { ...error.details, flag: "--archetypes" },
    });
  }
}
