// Runs the Rust kernel's tests under the address and the thread sanitizer, on every path of this CPU.
// Usage: bun scripts/sanitize.ts [address] [thread]
//
// Linux on x86-64. RUSTC_BOOTSTRAP lets a stable compiler take the flag; each sanitizer has a target folder of its own.
import { join } from "node:path";

import { childEnv, ROOT } from "./_workspace.ts";

const TARGET = "x86_64-unknown-linux-gnu";
const SUPPRESSIONS = join(ROOT, "scripts", "thread-sanitizer.supp");

/** How each sanitizer builds and runs. A refused allocation has to come back as null: a test asks for 256 TiB. */
const SANITIZERS: Record<string, { flags: string; options: Record<string, string>; note: string }> =
  {
    address: {
      flags: "",
      options: { ASAN_OPTIONS: "allocator_may_return_null=1:detect_stack_use_after_return=1" },
      note: "all tests",
    },
    // The standard library has no instrumented build on a stable compiler. So workers are threads of their own here,
    // whose start and end the sanitizer does see, and what needs a pool is left out.
    thread: {
      flags: "-Cunsafe-allow-abi-mismatch=sanitizer --cfg thread_sanitizer",
      options: { TSAN_OPTIONS: `allocator_may_return_null=1:suppressions=${SUPPRESSIONS}` },
      note: "all tests but that of the pools; the reference, whose GEMM library runs on a pool, is left out",
    },
  };

function main(names: readonly string[]): number {
  const unknown = names.find((name) => !(name in SANITIZERS));
  if (unknown !== undefined) {
    console.error(
      `'${unknown}' is no sanitizer of this script; allowed: ${Object.keys(SANITIZERS).join(", ")}`,
    );
    return 2;
  }
  if (process.platform !== "linux" || process.arch !== "x64") {
    console.error(
      `sanitizers run on Linux x86-64 here, not on ${process.platform} ${process.arch}`,
    );
    return 2;
  }
  const failed = (names.length > 0 ? names : Object.keys(SANITIZERS)).filter((name) => !run(name));
  if (failed.length > 0) console.error(`failed: ${failed.join(", ")}`);
  return failed.length > 0 ? 1 : 0;
}

function run(sanitizer: string): boolean {
  const { flags, options, note } = SANITIZERS[sanitizer];
  const start = performance.now();
  const child = Bun.spawnSync(
    [
      "cargo",
      "test",
      "-p",
      "moe-kernel-cpu",
      "--tests",
      "--no-fail-fast",
      "--locked",
      "--target",
      TARGET,
      "--",
      "--test-threads=1",
    ],
    {
      cwd: ROOT,
      env: childEnv({
        RUSTC_BOOTSTRAP: "1",
        // Build scripts run unsanitized, because --target is given.
        RUSTFLAGS: `-Zsanitizer=${sanitizer} ${flags}`,
        CARGO_TARGET_DIR: join(ROOT, "target", `sanitize-${sanitizer}`),
        ...options,
      }),
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${sanitizer} sanitizer: ${child.exitCode === 0 ? "ok" : "FAILED"}, ${seconds} s (${note})`,
  );
  return child.exitCode === 0;
}

process.exitCode = main(process.argv.slice(2));
