/** The report of a launch for people. */

import type {
  BufferTraffic,
  ClassExecutions,
  LaunchReport,
  LdsAccesses,
  Statistics,
} from "@moe/gfx11-sim";
import type { Context } from "../context.ts";
import { bytes, duration, grouped } from "../terminal/format.ts";
import { table, type Column } from "../terminal/table.ts";
import type { Launched } from "./launch.ts";
import type { OutputResult } from "./outputs.ts";

/** Everything but the profile. */
export function reportText(launched: Launched, context: Context): string {
  const { report, outputs } = launched;
  const { total } = report;
  return [
    heading(launched, context),
    facts(report),
    classTable(total, context),
    lds(total),
    report.buffers.length === 0 ? "" : bufferTable(report.buffers, context),
    ...report.roles.map(({ name, statistics }) =>
      field(`role ${name}`, `${grouped(statistics.instructions)} wave instructions`),
    ),
    ...outputs.map((output) => outputText(output, context)),
  ].join("");
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(18)}${value}\n`;
}

function heading({ description, arch, report }: Launched, { paint }: Context): string {
  const size = (given: number | readonly number[]): string => [given].flat().join("×");
  const { kernel, grid, block } = description;
  const threads = `${report.threads} ${report.threads === 1 ? "thread" : "threads"}`;
  const where = `${arch} · grid ${size(grid)} block ${size(block)}`;
  const how = `${duration(report.timeNs / 1e6)} on ${threads}`;
  return `${paint("bold", kernel)}  ${paint("dim", `${where} · ${how}`)}\n\n`;
}

function facts({ instructions, groups, waves, resources, total }: LaunchReport): string {
  const { occupancy, vgprs, sgprs, ldsBytes, scratchBytes, vgprSpills, sgprSpills } = resources;
  const spilled = vgprSpills + sgprSpills === 0 ? "" : `, ${vgprSpills + sgprSpills} spilled`;
  const { issue, cycles, matrix, scratch } = total;
  const lines = [
    field("executed", `${grouped(instructions)} instructions, ${waves} waves, ${groups} groups`),
    field("registers", `${vgprs} VGPRs, ${sgprs} SGPRs${spilled}`),
    field("LDS, scratch", `${bytes(ldsBytes)} a group, ${bytes(scratchBytes)} a lane`),
    field("occupancy", `${occupancy.wavesPerSimd} waves per SIMD, limited by ${occupancy.limit}`),
  ];
  if (matrix.executions > 0 && issue.efficiency !== undefined) {
    lines.push(
      field("issue efficiency", issue.efficiency.toFixed(3)),
      field(
        "matrix chains",
        `${percent(matrix.dependent, matrix.executions)} dependent, longest ${matrix.longest}, ${percent(matrix.collisions, matrix.executions)} in one bank`,
      ),
    );
  }
  lines.push(
    field(
      "modelled cycles",
      `vector ${grouped(cycles.vector)}, transcendental ${grouped(cycles.transcendental)}, LDS ${grouped(cycles.lds)}`,
    ),
  );
  if (scratch.loadBytes + scratch.storeBytes > 0) {
    const { loadBytes, storeBytes } = scratch;
    lines.push(field("scratch traffic", `${bytes(loadBytes)} in, ${bytes(storeBytes)} out`));
  }
  return `${lines.join("")}\n`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}

function classTable({ classes, instructions }: Statistics, context: Context): string {
  const rows = classes.filter(({ executions }) => executions > 0);
  const columns: Column<ClassExecutions>[] = [
    { title: ["class"], text: ({ name }) => name, align: "left", style: () => "cyan" },
    { title: ["executed"], text: ({ executions }) => grouped(executions) },
    { title: ["share"], text: ({ executions }) => percent(executions, instructions) },
    { title: ["lanes"], text: ({ averageLanes }) => averageLanes?.toFixed(1) ?? "" },
  ];
  return `${tableText(columns, rows, context)}\n`;
}

function tableText<Row>(columns: Column<Row>[], rows: readonly Row[], context: Context): string {
  const { io, paint, unicode } = context;
  const width = io.columns === undefined ? {} : { maxWidth: io.columns };
  const layout = table(columns, { rows, paint, rule: unicode ? "─" : "-", ...width });
  return layout.head() + rows.map((row) => layout.line(row)).join("");
}

function lds({ lds: { loads, stores, atomics } }: Statistics): string {
  const kinds = { loads, stores, atomics };
  const line = ([kind, traffic]: [string, LdsAccesses]): string =>
    traffic.accesses === 0
      ? ""
      : field(
          `LDS ${kind}`,
          `${grouped(traffic.accesses)} accesses, ${bytes(traffic.bytes)}, ${((traffic.conflictShare ?? 0) * 100).toFixed(1)} % of cycles lost to bank conflicts`,
        );
  const text = Object.entries(kinds).map(line).join("");
  return text === "" ? "" : `${text}\n`;
}

interface Traffic {
  name: string;
  kind: string;
  bytes: number;
  lines: number;
  coalescing: number | undefined;
}

function bufferTable(buffers: readonly BufferTraffic[], context: Context): string {
  const rows = buffers.flatMap(({ name, loads, stores, atomics }) =>
    Object.entries({ loads, stores, atomics })
      .filter(([, { accesses }]) => accesses > 0)
      .map(([kind, { bytes: asked, lines, coalescing }]): Traffic => ({
        name: name || "(outside)",
        kind,
        bytes: asked,
        lines,
        coalescing,
      })),
  );
  const columns: Column<Traffic>[] = [
    { title: ["buffer"], text: ({ name }) => name, align: "left", style: () => "cyan" },
    { title: [""], text: ({ kind }) => kind, align: "left" },
    { title: ["bytes"], text: (row) => grouped(row.bytes) },
    { title: ["128 B lines"], text: ({ lines }) => grouped(lines) },
    { title: ["coalescing"], text: ({ coalescing }) => coalescing?.toFixed(3) ?? "" },
  ];
  return `${tableText(columns, rows, context)}\n`;
}

function outputText(output: OutputResult, { paint }: Context): string {
  const { buffer, type, count, preview, sha256, file, problems } = output;
  const more = preview.length < count ? " …" : "";
  const lines = [
    `${paint("bold", buffer)}  ${paint("dim", `${grouped(count)} ${type}, sha256 ${sha256}`)}\n`,
    preview.length === 0 ? "" : `  ${preview.join(" ")}${more}\n`,
    file === null ? "" : `  written to ${file}\n`,
    problems.length === 0 ? "" : `  ${paint("alert", "not as expected")}\n`,
  ];
  return lines.join("");
}
