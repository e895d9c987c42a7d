/** Refuses what the chosen device cannot do before anything is built, and what the backend would silently ignore. */

import { availability, cpuInfo } from "@moe/kernel-cpu";
import { oneOf } from "../_values.ts";
import { CliError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { ISAS } from "./choices.ts";
import type { SweepSettings } from "./settings.ts";

/** Variable that chooses the CPU kernel's instruction set where `--isa` does not. */
const ISA_VARIABLE = "MOE_CPU_ISA";

/** Throws where instruction set or threads do not fit the backend. */
export function checkDevice(
  { backend, isa, threads }: SweepSettings,
  env: Record<string, string | undefined>,
): void {
  if (backend === "portable") checkPortable(isa, threads);
  if (backend === "cpu") checkCpu(isa, env[ISA_VARIABLE]);
}

function checkPortable(isa: string | undefined, threads: number | undefined): void {
  const given = isa !== undefined ? `--isa ${isa}` : `--threads ${threads}`;
  if (isa === undefined && (threads === undefined || threads === 1)) return;
  throw new CliError({
    code: "E_CONFLICT",
    what: `${given} does not fit the backend portable`,
    allowed: "one thread and no instruction set: it runs TypeScript",
    next: "use --backend cpu",
  });
}

function checkCpu(flag: string | undefined, variable: string | undefined): void {
  const isa = flag ?? (variable || undefined);
  // Without the native kernel the backend says so itself, with the reason.
  if (isa === undefined || !availability().available) return;
  const source = flag === undefined ? ISA_VARIABLE : "--isa";
  const known = oneOf(source, isa, ISAS);
  const { isas, best } = cpuInfo();
  if (isas.includes(known)) return;
  throw new CliError({
    code: "E_UNAVAILABLE",
    what: `${source}: this CPU has no ${isa}`,
    allowed: isas.join(", "),
    next: `leave it out to use ${best}`,
    exitCode: EXIT.unavailable,
    details: { isa, isas },
  });
}
