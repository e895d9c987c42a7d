import {
  type Device,
  launchMoeGemm,
  launchTritonGemm,
  type PreparedMoeWeights,
  moeWeightRounding,
  prepareMoeWeights,
  TRITON_WEIGHT_ROUNDING,
  type TritonConfiguration,
  tritonConfigurationFor,
  tritonConfigurations,
  type DeviceWeights,
  type UploadedGemm,
  uploadMoeGemm,
  uploadWeights,
} from "@moe/kernel-hip";
import type { QuantizedWeights, VerifyReport } from "@moe/quant";
import type { Side } from "../sampling/samplePairs.ts";
import type { Gemm } from "../shapes/MoeShape.ts";
import type { Cell } from "./Backend.ts";
import { POISON_BYTE, verifyPoisoned } from "./_verifyPoisoned.ts";

/** A cell's tensors on a device, and the two implementations that can run on them. */
export interface DeviceSides {
  kernelName: string;
  referenceName: string;
  gemm: UploadedGemm;
  /** Puts the launches of a side behind the device's work; the kernels' names. */
  launch(side: Side): string[];
  verify(side: Side): Promise<VerifyReport>;
  dispose(): void;
}

/** Weights of a GEMM as they are for the reference, and as the kernel reads them. */
interface KeptWeights {
  host: QuantizedWeights;
  device: DeviceWeights;
  prepared: PreparedMoeWeights;
}

/** Picks the reference's configuration for a GEMM from all that fit it, at least one. */
export type ChooseTriton = (
  gemm: UploadedGemm,
  fitting: readonly TritonConfiguration[],
) => Promise<TritonConfiguration>;

/** Puts cells on a device; keeps the weights of one GEMM there. */
export class DeviceCells {
  readonly #device: Device;
  readonly #tritonConfig: string | undefined;
  readonly #choose: ChooseTriton | undefined;
  #kept: KeptWeights | undefined;

  /** `choose` is asked where no configuration is named; without it the first that fits is taken. */
  constructor(device: Device, tritonConfig: string | undefined, choose?: ChooseTriton) {
    this.#device = device;
    this.#tritonConfig = tritonConfig;
    this.#choose = choose;
  }

  async prepare(cell: Cell): Promise<DeviceSides> {
    const device = this.#device;
    const weights = await this.#weightsOf(cell.problem.weights);
    const gemm = await uploadMoeGemm(device, cell.problem, weights.device);
    try {
      const configuration = await this.#configuration(cell, gemm);
      return sidesOf(cell, device, gemm, weights.prepared, configuration);
    } catch (error) {
      gemm.dispose();
      throw error;
    }
  }

  async #configuration(cell: Cell, gemm: UploadedGemm): Promise<TritonConfiguration> {
    const { arch } = this.#device.info;
    const name = tritonName(this.#tritonConfig, cell.gemm, arch);
    // Also where none is named: what no configuration takes is refused here.
    const first = tritonConfigurationFor(arch, gemm, name);
    if (name !== undefined || this.#choose === undefined) return first;
    const { topK, blockM } = first;
    const fitting = tritonConfigurations(arch).filter(
      (other) => other.topK === topK && other.blockM === blockM,
    );
    return await this.#choose(gemm, fitting);
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

function sidesOf(
  cell: Cell,
  device: Device,
  gemm: UploadedGemm,
  weights: PreparedMoeWeights,
  configuration: TritonConfiguration,
): DeviceSides {
  const { name, blockM, blockN, blockK, warps, version } = configuration;
  const launchers: Record<Side, () => string[]> = {
    kernel: () => launchMoeGemm(device, { ...gemm, weights }),
    reference: () => launchTritonGemm(device, gemm, name).kernels,
  };
  const launch = (side: Side): string[] => launchers[side]();
  const weightRounding: Record<Side, number> = {
    kernel: moeWeightRounding(device.info.arch, gemm.dtype),
    reference: TRITON_WEIGHT_ROUNDING,
  };
  return {
    kernelName: device.info.backend === "cuda" ? "moe_w4a16_sm90" : "moe_w4a16_gemm",
    referenceName: `Triton ${version} ${name} (${blockM}x${blockN}x${blockK}, ${warps} warps)`,
    gemm,
    launch,
    async verify(side: Side): Promise<VerifyReport> {
      const run = async (): Promise<void> => {
        gemm.c.fill(POISON_BYTE);
        launch(side);
        await gemm.c.read(cell.problem.c);
      };
      return await verifyPoisoned(cell, run, weightRounding[side]);
    },
    dispose: () => gemm.dispose(),
  };
}
