// Compiles corpus/examples.hip into test/data/examples.co, the code object of tests and guides. Needs clang-19 and lld-19.
import { join } from "node:path";

const PACKAGE = join(import.meta.dirname, "..");
const HIP = ["-x", "hip", "--cuda-device-only", "--no-gpu-bundle-output", "-nogpuinc", "-nogpulib"];
// Without the second flag, clang leaves the names of arguments out.
const OUTPUT = [
  "-fuse-cuid=none",
  "-fno-discard-value-names",
  "-Xoffload-linker",
  "--strip-all",
  "-o",
  "../test/data/examples.co",
];

const clang = Bun.spawnSync(
  ["clang-19", ...HIP, "--offload-arch=gfx1100", "-O3", ...OUTPUT, "examples.hip"],
  { cwd: join(PACKAGE, "corpus"), stdio: ["ignore", "inherit", "inherit"] },
);
process.exitCode = clang.exitCode;
