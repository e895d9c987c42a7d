import {
  type Device,
  type DeviceBuffer,
  type PreparedMoeWeights,
  prepareMoeWeights,
  type UploadedGemm,
} from "@moe/kernel-hip";
import { BenchError } from "../errors.ts";
import type { Side } from "../sampling/samplePairs.ts";
import type { Cell } from "./Backend.ts";
import { touchedBytes } from "./_touchedBytes.ts";

/** All that the launches of a cell read and write. */
export interface DeviceTensors {
  gemm: UploadedGemm;
  /** The weights of `gemm`, as the kernel reads them. */
  weights: PreparedMoeWeights;
  /** Where each side writes: one tensor for both, except in an A/A run. */
  c: Readonly<Record<Side, DeviceBuffer>>;
  /** Frees what is not kept for other cells. */
  dispose(): void;
}

/** Beyond it a cell is so small that its copies would be verified for minutes. */
const MOST_COPIES = 128;
/** Share of the free memory that copies may take: drivers and modules need some. */
const USABLE = 0.9;

/** Copies of the cell's tensors, so many that calls on all but one touch `coldBytes`. */
export function rotatedCopies({ id, problem }: Cell, coldBytes: number): number {
  const touched = touchedBytes(problem);
  const copies = 1 + Math.ceil(coldBytes / touched);
  if (copies <= MOST_COPIES) return copies;
  throw new BenchError(
    "E_CELL_TOO_SMALL",
    `${id} touches ${mebibytes(touched)} a call, so that ${mebibytes(coldBytes)} between two uses of a tensor take ${copies} copies; at most ${MOST_COPIES} are made. Use the cache mode "write", more tokens or a larger shape.`,
    { id, touched, coldBytes, copies, allowed: MOST_COPIES },
  );
}

/** The given tensors and copies of them, made on the device; what was made is freed where one does not fit. */
export async function rotated(
  device: Device,
  id: string,
  tensors: DeviceTensors,
  copies: number,
): Promise<DeviceTensors[]> {
  checkRoom(device, id, tensors, copies);
  const all = [tensors];
  try {
    while (all.length < copies) all.push(await copyOf(device, tensors));
    return all;
  } catch (error) {
    for (const copy of all.slice(1)) copy.dispose();
    throw error;
  }
}

function checkRoom(device: Device, id: string, tensors: DeviceTensors, copies: number): void {
  const { gemm, weights, c } = tensors;
  const buffers = new Set([...Object.values(gemm), ...Object.values(c)].filter(isBuffer));
  const each = [...buffers].reduce((sum, { bytes }) => sum + bytes, weights.bytes);
  const needed = (copies - 1) * each;
  const allowed = USABLE * device.memory().freeBytes;
  if (needed <= allowed) return;
  throw new BenchError(
    "E_MEMORY",
    `${id} rotates through ${copies} copies of ${mebibytes(each)}; ${mebibytes(needed)} are needed beside the first, and ${mebibytes(allowed)} of the device's free memory may be used. Use the cache mode "write", a smaller shape or a device with more memory.`,
    { id, copies, needed, allowed },
  );
}

async function copyOf(device: Device, { gemm, c }: DeviceTensors): Promise<DeviceTensors> {
  const made: { dispose(): void }[] = [];
  const dispose = (): void => made.forEach((thing) => thing.dispose());
  const copyBuffer = async (buffer: DeviceBuffer): Promise<DeviceBuffer> => {
    const copy = await device.allocate(buffer.name, buffer.bytes);
    made.push(copy);
    copy.copyFrom(buffer);
    return copy;
  };
  try {
    const copy = { ...gemm, dispose };
    for (const [name, value] of Object.entries(gemm))
      if (isBuffer(value)) Object.assign(copy, { [name]: await copyBuffer(value) });
    const weights = await prepareMoeWeights(device, copy, copy);
    made.push(weights);
    const reference = c.reference === gemm.c ? copy.c : await copyBuffer(c.reference);
    return { gemm: copy, weights, c: { kernel: copy.c, reference }, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Every tensor of an uploaded GEMM is a whole buffer; its other fields are sizes. */
function isBuffer(value: unknown): value is DeviceBuffer {
  return typeof value === "object" && value !== null && "copyFrom" in value;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
