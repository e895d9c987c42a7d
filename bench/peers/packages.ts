// The Python packages of the peers, each with the one version that is compared.
import type { Package } from "./venv.ts";

export const NUMPY: Package = { name: "numpy", version: "2.4.6", leastPython: "3.11" };

export const ONNXRUNTIME: Package[] = [
  NUMPY,
  { name: "onnx", version: "1.23.2" },
  { name: "onnxruntime", version: "1.32.0" },
];

export const ONEDNN: Package[] = [
  NUMPY,
  { name: "onednn", version: "2026.1.0", note: "with SYCL runtime, 1 GB on disk" },
  { name: "onednn-devel", version: "2026.1.0" },
];

export const TORCH: Package[] = [
  NUMPY,
  {
    name: "torch",
    version: "2.15.0",
    note: "does not import without its CUDA libraries: 2.5 GB to download, 6 GB on disk",
  },
];
