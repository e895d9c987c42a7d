export type { ArgumentValue, KernelArguments } from "./_arguments.ts";
export type { Availability } from "@moe/native";

export { availability } from "./availability.ts";
export {
  ARCHES,
  type CodeObject,
  type DisassembledInstruction,
  type Gfx11Arch,
  type Kernel,
  type KernelArgument,
  loadCodeObject,
  type Occupancy,
} from "./CodeObject.ts";
export { Gfx11SimError, type Gfx11SimDetails, type Gfx11SimErrorCode } from "./errors.ts";
export type { KernelResources, LaunchReport } from "./LaunchReport.ts";
export { type Checks, CHECKS, SCHEDULES, type SimulatorOptions } from "./options.ts";
export type { CodeRole, Role, WaveRole } from "./roles.ts";
export type { SimBuffer } from "./SimBuffer.ts";
export { type LaunchOptions, Simulator, type Size3 } from "./Simulator.ts";
export type {
  BufferTraffic,
  ByKind,
  ClassExecutions,
  GlobalAccesses,
  InstructionClass,
  IssueShares,
  LdsAccesses,
  MatrixChains,
  OpcodeExecutions,
  ProfileRow,
  RoleStatistics,
  Statistics,
  UnitCycles,
} from "./statistics.ts";
