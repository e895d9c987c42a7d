import { ARCHETYPES, type Archetype, type ArchetypeName } from "./archetype.ts";
import { RoutingError } from "./errors.ts";

const FORMS = ["zipf:<s>", "hot:<k>", "hot:<k>:<cold>", "dirichlet:<alpha>"] as const;
const NUMBER = /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads what {@link archetypeLabel} writes.
 *
 * @param text - A name of {@link ARCHETYPES}, `zipf:s`, `hot:k`, `hot:k:cold` or `dirichlet:alpha`.
 * @returns The archetype.
 * @throws {@link RoutingError} `E_ARCHETYPE` on any other text; `details.suggestion` is the nearest name, where one is
 *   near.
 *
 * @example
 * ```ts
 * import { parseArchetype } from "@moe/routing";
 * console.log(JSON.stringify(parseArchetype("hot:8")), parseArchetype("zipf2"));
 * // → {"hot":8} zipf2
 * ```
 */
export function parseArchetype(text: string): Archetype {
  if (isName(text)) return text;
  const [kind, ...fields] = text.split(":");
  const values = fields.map((field) => (NUMBER.test(field) ? Number(field) : NaN));
  const [first, second] = values;
  if (values.length > 0 && values.every(Number.isFinite)) {
    if (kind === "zipf" && values.length === 1) return { zipf: first };
    if (kind === "dirichlet" && values.length === 1 && first > 0) return { dirichlet: first };
    if (kind === "hot" && Number.isSafeInteger(first) && first > 0) {
      if (values.length === 1) return { hot: first };
      if (values.length === 2) return { hot: first, cold: second };
    }
  }
  throw unreadable(text);
}

function isName(text: string): text is ArchetypeName {
  return (ARCHETYPES as readonly string[]).includes(text);
}

function unreadable(text: string): RoutingError {
  const allowed = [...ARCHETYPES, ...FORMS];
  const suggestion = nearest(text.toLowerCase());
  return new RoutingError(
    "E_ARCHETYPE",
    `archetype "${text}" is not known; allowed are ${allowed.join(", ")}.` +
      (suggestion === undefined ? "" : ` Did you mean ${suggestion}?`),
    { given: text, allowed, suggestion },
  );
}

function nearest(text: string): string | undefined {
  const byPrefix = FORMS.find((form) => text.split(":")[0] === form.split(":")[0]);
  if (byPrefix !== undefined) return byPrefix;
  if (text.length > 32) return undefined;
  const ranked = ARCHETYPES.map((name) => ({ name, distance: editDistance(text, name) }));
  ranked.sort((a, b) => a.distance - b.distance);
  return ranked[0].distance <= 2 ? ranked[0].name : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
