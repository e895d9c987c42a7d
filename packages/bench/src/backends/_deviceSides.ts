import {
  type Device,
  type DeviceBuffer,
  launchMoeGemm,
  launchTritonGemm,
  moeKernelName,
  type PreparedMoeWeights,
  moeWeightRounding,
  prepareMoeWeights,
  TRITON_WEIGHT_ROUNDING,
  type TritonConfiguration,
  tritonConfigurationFor,
  tritonConfigurations,
  type DeviceWeights,
  uploadMoeGemm,
  uploadWeights,
} from "@moe/kernel-hip";
import type { QuantizedWeights, VerifyReport } from "@moe/quant";
import type { Side } from "../sampling/samplePairs.ts";
import type { Gemm } from "../shapes/MoeShape.ts";
import type { Cell } from "./Backend.ts";
import { type DeviceTensors, rotated, rotatedCopies } from "./_deviceTensors.ts";
import { POISON_BYTE, verifyPoisoned } from "./_verifyPoisoned.ts";

/** A cell's tensors on a device, and the two implementations that can run on them. */
export interface DeviceSides {
  kernelName: string;
  referenceName: string;
  /** The cell's tensors; more than one where samples rotate through them. */
  copies: readonly DeviceTensors[];
  /** Puts the launches of a side behind the device's work; the kernels' names. */
  launch(side: Side, tensors: DeviceTensors): string[];
  /** Runs a side on every copy; what the worst of them says. */
  verify(side: Side): Promise<VerifyReport>;
  dispose(): void;
}

/** Weights of a GEMM as they are for the reference, and as the kernel reads them. */
interface KeptWeights {
  host: QuantizedWeights;
  device: DeviceWeights;
  prepared: PreparedMoeWeights;
}

/** What a device on which sides are timed wants beside the tensors. */
export interface TimedDevice {
  /** Bytes that calls touch between two uses of a copy where samples rotate. */
  coldBytes: number;
  /** Picks the reference's configuration for a cell from all that fit it, at least one. */
  choose(
    cell: Cell,
    copies: readonly DeviceTensors[],
    fitting: readonly TritonConfiguration[],
  ): Promise<TritonConfiguration>;
}

/** Puts cells on a device; keeps the weights of one GEMM there. */
export class DeviceCells {
  readonly #device: Device;
  readonly #tritonConfig: string | undefined;
  readonly #timed: TimedDevice | undefined;
  #kept: KeptWeights | undefined;

  /** Where no configuration is named and nothing is timed, the first that fits is taken. */
  constructor(device: Device, tritonConfig: string | undefined, timed?: TimedDevice) {
    this.#device = device;
    this.#tritonConfig = tritonConfig;
    this.#timed = timed;
  }

  async prepare(cell: Cell): Promise<DeviceSides> {
    const rotates = cell.cache === "rotate" && this.#timed !== undefined;
    const count = rotates ? rotatedCopies(cell, this.#timed.coldBytes) : 1;
    const weights = await this.#weightsOf(cell.problem.weights);
    const first = await uploadCell(this.#device, cell, weights);
    let copies: readonly DeviceTensors[] = [first];
    try {
      if (rotates) copies = await rotated(this.#device, cell.id, first, count);
      return sidesOf(cell, this.#device, copies, await this.#rival(cell, copies));
    } catch (error) {
      for (const copy of copies) copy.dispose();
      throw error;
    }
  }

  /** The kernel again in an A/A run, else the Triton reference in one of its configurations. */
  async #rival(cell: Cell, copies: readonly DeviceTensors[]): Promise<Implementation> {
    if (cell.aa) return kernelOf(this.#device, copies[0]);
    return tritonOf(this.#device, await this.#configuration(cell, copies));
  }

  async #configuration(cell: Cell, copies: readonly DeviceTensors[]): Promise<TritonConfiguration> {
    const { arch } = this.#device.info;
    const name = tritonName(this.#tritonConfig, cell.gemm, arch);
    // Also where none is named: what no configuration takes is refused here.
    const first = tritonConfigurationFor(arch, copies[0].gemm, name);
    if (name !== undefined || this.#timed === undefined) return first;
    const { topK, blockM } = first;
    const fitting = tritonConfigurations(arch).filter(
      (other) => other.topK === topK && other.blockM === blockM,
    );
    return await this.#timed.choose(cell, copies, fitting);
  }

  /** A sweep hands over one object for all cells of a GEMM; those of the GEMM before are freed first. */
  async #weightsOf(host: QuantizedWeights): Promise<KeptWeights> {
    if (this.#kept?.host === host) return this.#kept;
    this.#kept?.prepared.dispose();
    this.#kept?.device.dispose();
    this.#kept = undefined;
    const uploaded = await uploadWeights(this.#device, host);
    try {
      const sizes = { dtype: "bf16", ...host } as const;
      const prepared = await prepareMoeWeights(this.#device, sizes, uploaded);
      return (this.#kept = { host, device: uploaded, prepared });
    } catch (error) {
      uploaded.dispose();
      throw error;
    }
  }
}

/** `original` is `original_gemm1` for gemm1: configurations that were tuned for one GEMM come in pairs. */
function tritonName(given: string | undefined, gemm: Gemm, arch: string): string | undefined {
  const own = `${given}_gemm${gemm}`;
  return tritonConfigurations(arch).some(({ name }) => name === own) ? own : given;
}

async function uploadCell(
  device: Device,
  { problem, aa }: Cell,
  { device: uploaded, prepared: weights }: KeptWeights,
): Promise<DeviceTensors> {
  const gemm = await uploadMoeGemm(device, problem, uploaded);
  const tensors = { gemm, weights, c: { kernel: gemm.c, reference: gemm.c } };
  if (!aa) return { ...tensors, dispose: () => gemm.dispose() };
  try {
    const reference = await device.allocate("c of the second side", gemm.c.bytes);
    const dispose = (): void => (gemm.dispose(), reference.dispose());
    return { ...tensors, c: { kernel: gemm.c, reference }, dispose };
  } catch (error) {
    gemm.dispose();
    throw error;
  }
}

/** One of the two sides. */
interface Implementation {
  name: string;
  /** What it rounds in each dequantised weight, see `verifyGemm`. */
  weightRounding: number;
  launch(tensors: DeviceTensors, c: DeviceBuffer): string[];
}

function kernelOf(device: Device, { gemm: sizes }: DeviceTensors): Implementation {
  return {
    name: moeKernelName(device.info.arch, sizes),
    weightRounding: moeWeightRounding(device.info.arch, "bf16"),
    launch: ({ gemm, weights }, c) => launchMoeGemm(device, { ...gemm, weights, c }),
  };
}

function tritonOf(device: Device, configuration: TritonConfiguration): Implementation {
  const { name, blockM, blockN, blockK, warps, version } = configuration;
  return {
    name: `Triton ${version} ${name} (${blockM}x${blockN}x${blockK}, ${warps} warps)`,
    weightRounding: TRITON_WEIGHT_ROUNDING,
    launch: ({ gemm }, c) => launchTritonGemm(device, { ...gemm, c }, name).kernels,
  };
}

function sidesOf(
  cell: Cell,
  device: Device,
  copies: readonly DeviceTensors[],
  reference: Implementation,
): DeviceSides {
  const sides: Record<Side, Implementation> = { kernel: kernelOf(device, copies[0]), reference };
  const launch = (side: Side, tensors: DeviceTensors): string[] =>
    sides[side].launch(tensors, tensors.c[side]);
  return {
    kernelName: sides.kernel.name,
    referenceName: reference.name,
    copies,
    launch,
    async verify(side: Side): Promise<VerifyReport> {
      const reports: VerifyReport[] = [];
      for (const tensors of copies) {
        const c = tensors.c[side];
        const run = async (): Promise<void> => {
          c.fill(POISON_BYTE);
          launch(side, tensors);
          await c.read(cell.problem.c);
        };
        reports.push(await verifyPoisoned(cell, run, sides[side].weightRounding));
      }
      return reports.reduce(worse);
    },
    dispose: () => copies.forEach((copy) => copy.dispose()),
  };
}

function worse(one: VerifyReport, other: VerifyReport): VerifyReport {
  if (one.passed !== other.passed) return one.passed ? other : one;
  return other.rel > one.rel ? other : one;
}
