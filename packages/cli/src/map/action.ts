import { formatSpaceMapTsv, spaceMap, type SpaceMapRow } from "@moe/align";
import { ARCHETYPES } from "@moe/routing";
import { parseArchetypes } from "../_archetypes.ts";
import { DEFAULT_TOKENS } from "../_options.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { mapCells } from "./cells.ts";
import { duration } from "../terminal/format.ts";
import type { MapOptions } from "./command.ts";
import { heatMap } from "./heat.ts";
import { mapTable } from "./table.ts";

/** Version of the document that `map --json` prints. */
const SCHEMA_VERSION = 1;

/** Computes the map, then prints it in the form that was asked for. */
export async function map(options: MapOptions, context: Context): Promise<ExitCode> {
  rejectConflicts(options, context);
  const archetypes =
    options.archetypes === undefined ? ARCHETYPES : parseArchetypes(options.archetypes);
  const startMs = performance.now();
  const rows = spaceMap({ cells: mapCells(archetypes, options), blockM: options.blockM });
  if (context.global.verbose) {
    const wall = duration(performance.now() - startMs);
    context.io.err(`moe-bench: ${rows.length} cells drawn and counted in ${wall}\n`);
  }
  context.io.out(print(rows, options, context));
  return EXIT.ok;
}

function print(rows: readonly SpaceMapRow[], options: MapOptions, context: Context): string {
  if (options.tsv) return formatSpaceMapTsv(rows);
  if (context.global.json) return document(rows, options);
  const text = heading(options, context) + mapTable(rows, options.blockM, context);
  return options.plot ? text + heatMap(rows, options.blockM, context) : text;
}

function rejectConflicts(options: MapOptions, { global }: Context): void {
  const forms = [options.tsv && "--tsv", global.json && "--json", options.plot && "--plot"].filter(
    (flag) => typeof flag === "string",
  );
  if (forms.length > 1) {
    throw new CliError({
      code: "E_CONFLICT",
      what: `${forms.join(" and ")} cannot be combined`,
      allowed: "one of --tsv, --json, --plot",
    });
  }
}

function heading(options: MapOptions, { paint }: Context): string {
  const { experts, topK, seed, sampler, placement } = options;
  const facts = `E=${experts} topK=${topK} · seed ${seed} (${sampler}, ${placement})`;
  return `${paint("bold", "space map")}  ${paint("dim", facts)}\n\n`;
}

function document(rows: readonly SpaceMapRow[], options: MapOptions): string {
  const { experts, topK, blockM, seed, sampler, placement, tokens = DEFAULT_TOKENS } = options;
  const parameters = {
    experts,
    topK,
    blockM,
    tokens,
    // As in result files: 64-bit seeds do not fit a JSON number.
    seed: seed.toString(),
    sampler,
    placement,
  };
  const body = { schemaVersion: SCHEMA_VERSION, command: "map", parameters, rows };
  return JSON.stringify(body, null, 2) + "\n";
}
