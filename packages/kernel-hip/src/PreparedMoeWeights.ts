import type { DeviceBuffer } from "./DeviceBuffer.ts";
import type { PlainWeights, WeightSizes } from "./prepareMoeWeights.ts";

/** What a kernel reads in place of the weights that it was made of. @internal */
export type PreparedTensors = { repacked: DeviceBuffer } | { plain: PlainWeights };

/**
 * Weights as the kernel of a device reads them, made by {@link prepareMoeWeights} and used by any number of GEMMs.
 */
export class PreparedMoeWeights {
  /** What they are weights of. */
  readonly sizes: Readonly<WeightSizes>;
  /** Whether they have zero points. */
  readonly hasZeros: boolean;
  /**
   * Whether this is a copy, so that the buffers that it was made of may be freed: `true` on NVIDIA. On gfx11 the kernel reads
   * those buffers themselves.
   */
  readonly isCopy: boolean;
  /** @internal */
  readonly tensors: PreparedTensors;

  /** @internal */
  constructor(sizes: WeightSizes, hasZeros: boolean, tensors: PreparedTensors) {
    this.sizes = sizes;
    this.hasZeros = hasZeros;
    this.isCopy = "repacked" in tensors;
    this.tensors = tensors;
  }

  /** Bytes of device memory that {@link PreparedMoeWeights.dispose} gives back; 0 where they are no copy. */
  get bytes(): number {
    return "repacked" in this.tensors ? this.tensors.repacked.bytes : 0;
  }

  /** Gives the copy back, behind every launch so far; a second time is nothing. */
  dispose(): void {
    if ("repacked" in this.tensors) this.tensors.repacked.dispose();
  }

  /** As {@link PreparedMoeWeights.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
