// The table of peers: what each is, which packages it needs, and the Python module beside this file that calls it.
import { ONEDNN, ONNXRUNTIME, TORCH } from "../packages.ts";
import { type Package, VENV } from "../venv.ts";

export interface Arithmetic {
  /** What the inner loop multiplies by: int8 activations are an easier problem. */
  activations: "bf16" | "f32" | "int8";
  /** How weights are stored: bf16 is four times the bytes and needs no decoding. */
  weights: "int4" | "bf16";
}

export interface PeerEntry {
  /** Name in the table and for `--only`. */
  name: string;
  /** Python module. */
  module: string;
  arithmetic: Arithmetic;
  packages: readonly Package[];
  env?: Record<string, string>;
}

const sycl = {
  LD_LIBRARY_PATH: `${VENV}/lib`,
  OCL_ICD_FILENAMES: `${VENV}/lib/libintelocl.so`,
};

export const PEERS: readonly PeerEntry[] = [
  {
    name: "onednn-s4",
    module: "onednn_s4",
    arithmetic: { activations: "bf16", weights: "int4" },
    packages: ONEDNN,
    env: sycl,
  },
  {
    name: "torch-int4pack",
    module: "torch_int4pack",
    arithmetic: { activations: "bf16", weights: "int4" },
    packages: TORCH,
  },
  {
    name: "onnxruntime-acc0",
    module: "onnxruntime_acc0",
    arithmetic: { activations: "f32", weights: "int4" },
    packages: ONNXRUNTIME,
  },
  {
    name: "onnxruntime-acc4",
    module: "onnxruntime_acc4",
    arithmetic: { activations: "int8", weights: "int4" },
    packages: ONNXRUNTIME,
  },
  {
    name: "torch-linear",
    module: "torch_linear",
    arithmetic: { activations: "bf16", weights: "bf16" },
    packages: TORCH,
  },
  {
    name: "torch-grouped",
    module: "torch_grouped",
    arithmetic: { activations: "bf16", weights: "bf16" },
    packages: TORCH,
  },
];
