import { neededTensors, neededWeights, strideOf } from "./_checkGemmBuffers.ts";
import { prebuiltFile } from "./_prebuilt.ts";
import { profiled } from "./_Profiler.ts";
import { gemmScope } from "./_scopeRouting.ts";
import type { Device } from "./Device.ts";
import type { DeviceBuffer } from "./DeviceBuffer.ts";
import { checkTensors, type NeededTensor } from "./DeviceTensor.ts";
import { KernelHipError } from "./errors.ts";
import type { DeviceGemm } from "./launchMoeGemm.ts";
import { type TritonObject, tritonObject } from "./tritonConfigurations.ts";

/** A grouped GEMM for the Triton reference, which takes no `zeros`, needs no `workspace`, and no expert above `numExperts - 1`. */
export interface TritonGemm extends DeviceGemm {
  /** int32 `[1]`: slots in use; blocks behind them are left out. */
  numTokensPostPadded: DeviceBuffer;
}

/** What {@link launchTritonGemm} runs. */
export interface TritonLaunch {
  /** The kernels, in order; none for a GEMM without work. */
  kernels: string[];
  /** Name of the configuration, one of {@link tritonConfigurations}. */
  configuration: string;
}

const WAVE = 32;

/**
 * Puts the GEMM of the Triton reference behind the work that a device has, and returns: what {@link launchMoeGemm} is
 * compared with. It was compiled ahead of time; neither Python nor Triton is needed.
 *
 * Its limits are those of the code objects: bf16, groups of 128, no zero points, `topK` 1 or 8, `n` and `rowStride` multiples
 * of 16, `k` of 128, and a `blockM` that some configuration has: 16, 32 or 64. It rounds dequantised weights
 * to bf16, see {@link TRITON_WEIGHT_ROUNDING}.
 *
 * @param device - `hip` or `sim`, of a processor that {@link tritonConfigurations} knows
 * @param gemm - sizes and tensors; `sortedTokenIds` holds `numBlocks * blockM` entries or more
 * @param configuration - a name of {@link tritonConfigurations}; default: the first that fits
 * @returns what runs
 * @throws KernelHipError `E_SHAPE` naming the limit that is broken, `E_OPTION` for an unknown configuration, `E_RANGE` for a
 * buffer that is too small, `E_ARGUMENT` for one of another device, `E_DISPOSED`. What fails later is told as
 * {@link Device} says.
 */
export function launchTritonGemm(
  device: Device,
  gemm: TritonGemm,
  configuration?: string,
): TritonLaunch {
  const object = tritonObject(device.info.arch, gemm, configuration);
  const { name } = object;
  if (gemm.numBlocks * gemm.numValidTokens * gemm.n === 0) {
    return { kernels: [], configuration: name };
  }
  checkSlots(gemm);
  const { zeros: _none, ...weights } = gemm;
  const slots: NeededTensor = ["numTokensPostPadded", gemm.numTokensPostPadded, 4];
  checkTensors("the GEMM", [...neededTensors(gemm), ...neededWeights(gemm, weights), slots]);
  const describe = () => gemmScope("moe_w4a16_triton", gemm);
  profiled(device, describe, () => launch(device, gemm, object));
  return { kernels: [object.kernel], configuration: name };
}

/** The kernel reads the slots of every block, whether or not they are in use. */
function checkSlots({ numSlots, numBlocks, blockM }: TritonGemm): void {
  if (numSlots >= numBlocks * blockM) return;
  const message = `numSlots is ${numSlots}, but the Triton reference reads numBlocks · blockM, ${numBlocks * blockM}`;
  const details = { limit: "numSlots", given: numSlots, allowed: numBlocks * blockM };
  throw new KernelHipError("E_SHAPE", message, details);
}

function launch(device: Device, gemm: TritonGemm, object: TritonObject): void {
  const { a, packed, scales, sortedTokenIds, expertIds, numTokensPostPadded, c } = gemm;
  const { n, k, numValidTokens, numBlocks } = gemm;
  const buffers = [a, packed, scales, sortedTokenIds, expertIds, numTokensPostPadded, c];
  const numbers = [n, k, numValidTokens, k, strideOf(gemm), numBlocks];
  prebuiltFile(device, `triton/${object.file}`)
    .kernel(object.kernel)
    .launch({
      grid: numBlocks * Math.ceil(n / object.blockN),
      block: object.warps * WAVE,
      sharedBytes: object.ldsBytes,
      args: [
        ...buffers,
        ...numbers.map((value) => ({ i32: value })),
        // Scratch of the whole grid and of Triton's profiler, which this kernel does not use.
        null,
        null,
      ],
    });
}
