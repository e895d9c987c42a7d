/** `sim inspect`: kernels, what they take and what they need. */

import type { CodeObject, Kernel, KernelArgument, Occupancy } from "@moe/gfx11-sim";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { bytes } from "../terminal/format.ts";
import { table, type Column } from "../terminal/table.ts";
import { jsonDocument, readCodeObject } from "./_files.ts";
import type { InspectOptions } from "./command.ts";

interface Inspected extends Kernel {
  /** Threads of a workgroup that the occupancy is for. */
  workgroupSize: number;
  /** Null for kernels of 64 lanes, which cannot be run. */
  occupancy: Occupancy | null;
}

/** Prints the kernels of a file. */
export async function inspect(
  file: string,
  options: InspectOptions,
  context: Context,
): Promise<ExitCode> {
  const object = readCodeObject(file);
  const chosen = options.kernel === undefined ? object.kernels : [object.kernel(options.kernel)];
  const kernels = chosen.map((kernel) => withOccupancy(object, kernel, options));
  const { arch, abi } = object;
  if (context.global.json) {
    const body = { schemaVersion: 1, command: "sim inspect", file, arch, abi, kernels };
    context.io.out(jsonDocument(body));
    return EXIT.ok;
  }
  const { paint } = context;
  const count = `${object.kernels.length} ${object.kernels.length === 1 ? "kernel" : "kernels"}`;
  context.io.out(`${paint("bold", arch)}  code object v${abi}, ${count}\n`);
  for (const kernel of kernels) context.io.out(`\n${text(kernel, context)}`);
  return EXIT.ok;
}

function withOccupancy(object: CodeObject, kernel: Kernel, options: InspectOptions): Inspected {
  const workgroupSize = options.workgroupSize ?? Math.min(1024, kernel.maxWorkgroupSize);
  const sizes = { workgroupSize, dynamicLds: options.dynamicLds };
  const occupancy = kernel.waveSize === 32 ? object.occupancy(kernel.name, sizes) : null;
  return { ...kernel, workgroupSize, occupancy };
}

const ARGUMENTS: readonly Column<KernelArgument>[] = [
  { title: ["offset"], text: ({ offsetBytes }) => String(offsetBytes) },
  { title: ["bytes"], text: ({ sizeBytes }) => String(sizeBytes) },
  { title: ["kind"], text: ({ kind }) => kind, align: "left" },
  { title: ["argument"], text: ({ name }) => name || "(no name)", align: "left" },
];

function text(kernel: Inspected, { io, paint, unicode }: Context): string {
  const field = (name: string, value: string): string => `  ${name.padEnd(18)}${value}\n`;
  const { occupancy } = kernel;
  const spills = [
    kernel.vgprSpillCount > 0 && `${kernel.vgprSpillCount} VGPRs spilled`,
    kernel.sgprSpillCount > 0 && `${kernel.sgprSpillCount} SGPRs spilled`,
  ].filter((part) => typeof part === "string");
  const full =
    occupancy === null
      ? "waves of 64 lanes cannot be run"
      : `${occupancy.wavesPerSimd} waves per SIMD at ${kernel.workgroupSize} threads, limited by ${occupancy.limit}`;
  const layout = table(ARGUMENTS, {
    rows: kernel.arguments,
    paint,
    rule: unicode ? "─" : "-",
    ...(io.columns === undefined ? {} : { maxWidth: io.columns - 2 }),
  });
  const lines = layout.head() + kernel.arguments.map((row) => layout.line(row)).join("");
  return (
    `${paint("cyan", kernel.name)}\n` +
    field(
      "registers",
      [`${kernel.vgprs} VGPRs`, `${kernel.sgprCount} SGPRs`, ...spills].join(", "),
    ) +
    field("LDS", bytes(kernel.ldsBytes)) +
    field("scratch a lane", bytes(kernel.scratchBytes)) +
    field("code", bytes(kernel.codeBytes)) +
    field("workgroup", `at most ${kernel.maxWorkgroupSize} threads`) +
    field("occupancy", full) +
    (kernel.arguments.length === 0 ? "" : lines.replaceAll(/^(?=.)/gm, "  "))
  );
}
