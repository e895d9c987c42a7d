import type { Report } from "./_binding.d.ts";
import { unwrap } from "./_native.ts";
import type { Occupancy } from "./CodeObject.ts";
import type { BufferTraffic, ProfileRow, RoleStatistics, Statistics } from "./statistics.ts";

/** What the kernel needs of a compute unit. */
export interface KernelResources {
  /** Vector registers of a wave. */
  vgprs: number;
  /** Scalar registers of a wave. */
  sgprs: number;
  /** Static and dynamic LDS of a workgroup. */
  ldsBytes: number;
  /** Scratch memory of a lane. */
  scratchBytes: number;
  /** Vector registers that the compiler spilled to scratch. */
  vgprSpills: number;
  /** Scalar registers that the compiler spilled. */
  sgprSpills: number;
  /** Waves of a workgroup. */
  wavesPerGroup: number;
  /** How many fit. */
  occupancy: Occupancy;
}

/** What a launch executed and touched. Its counts do not depend on the number of threads or on the machine. */
export class LaunchReport {
  /** Workgroups. */
  readonly groups: number;
  /** Waves. */
  readonly waves: number;
  /** Wave instructions. */
  readonly instructions: number;
  /** Host threads that ran it. */
  readonly threads: number;
  /** Wall time of the simulation. */
  readonly timeNs: number;
  /** Whether addresses and matrix chains were looked at (the option `statistics`). */
  readonly detailed: boolean;
  /** What the kernel needs. */
  readonly resources: KernelResources;
  /** All waves together. */
  readonly total: Statistics;
  /** One for each role of the launch, in their order. */
  readonly roles: readonly RoleStatistics[];
  /** The buffers that vector accesses touched. */
  readonly buffers: readonly BufferTraffic[];
  readonly #native: Report;

  /** @internal */
  constructor(native: Report) {
    const { total, roles, resources, ...rest } = native.summary();
    this.groups = rest.groups;
    this.waves = rest.waves;
    this.instructions = total.instructions;
    this.threads = rest.threads;
    this.timeNs = rest.timeNs;
    this.detailed = rest.detailed;
    this.resources = resources as KernelResources;
    this.total = total as Statistics;
    this.roles = roles as RoleStatistics[];
    this.buffers = rest.buffers;
    this.#native = native;
  }

  /**
   * Counts and costs of every instruction that was executed.
   *
   * @returns rows by ascending address
   */
  profile(): ProfileRow[] {
    return this.#native.profile() as ProfileRow[];
  }

  /**
   * The profile as text: count, share, active lanes and cost beside the disassembly of the functions that ran.
   *
   * @returns lines, each ended by a newline
   */
  annotate(): string {
    return unwrap(this.#native.annotate());
  }
}
