import { DEFAULT_COLD, type Archetype } from "./archetype.ts";

/**
 * A short text for tables and result rows.
 *
 * @param archetype - Any archetype.
 * @returns The name, `zipf:s`, `hot:k` (`hot:k:cold` where cold is not 1e-6), `dirichlet:alpha`, or `custom` for a
 *   vector. {@link parseArchetype} reads all of them back but `custom`.
 *
 * @example
 * ```ts
 * import { archetypeLabel } from "@moe/routing";
 * console.log(archetypeLabel({ zipf: 1.5 }), archetypeLabel({ hot: 8 }), archetypeLabel([1, 2]));
 * // → zipf:1.5 hot:8 custom
 * ```
 */
export function archetypeLabel(archetype: Archetype): string {
  if (typeof archetype === "string") return archetype;
  if ("length" in archetype) return "custom";
  if ("zipf" in archetype) return `zipf:${archetype.zipf}`;
  if ("dirichlet" in archetype) return `dirichlet:${archetype.dirichlet}`;
  const { hot, cold = DEFAULT_COLD } = archetype;
  return cold === DEFAULT_COLD ? `hot:${hot}` : `hot:${hot}:${cold}`;
}
