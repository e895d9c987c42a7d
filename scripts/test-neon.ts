// Cross-compiles the Rust kernel's tests for AArch64 and runs them in an emulator: the NEON path, without the machine.
// Usage: bun scripts/test-neon.ts [--install]
//
// Debian on x86-64 only. Its rustc is not the one of the rest of the build; what runs is the same source.
import { existsSync } from "node:fs";
import { join } from "node:path";

import { childEnv, ROOT } from "./_workspace.ts";

const TARGET = "aarch64-unknown-linux-gnu";
const LINKER = "aarch64-linux-gnu-gcc";
// The root's libraries are those of libc6:arm64: with the ones of the cross compiler, 2.36-8cross1, qemu 7.2 never
// comes back from pthread_create, not even in a program of three lines.
const EMULATOR = "qemu-aarch64 -L /";
const RUSTC = "/usr/bin/rustc";

/** Debian packages, each with a file that shows it is there. */
const NEEDED: Record<string, string> = {
  "rustc-web": RUSTC,
  "libstd-rust-web-dev:arm64": `/usr/lib/rustlib/${TARGET}/lib`,
  "libc6:arm64": "/lib/ld-linux-aarch64.so.1",
  "gcc-aarch64-linux-gnu": `/usr/bin/${LINKER}`,
  "libc6-dev-arm64-cross": "/usr/aarch64-linux-gnu/lib/libc.so.6",
  "qemu-user": "/usr/bin/qemu-aarch64",
};

function main(args: readonly string[]): number {
  const unknown = args.find((arg) => arg !== "--install");
  if (unknown !== undefined) {
    console.error(`unknown argument '${unknown}'; allowed: --install`);
    return 2;
  }
  if (!existsSync("/usr/bin/apt-get") || process.arch !== "x64") {
    console.error(
      `this needs Debian on x86-64; on an AArch64 machine run cargo test -p moe-kernel-cpu`,
    );
    return 2;
  }
  const missing = Object.keys(NEEDED).filter((name) => !existsSync(NEEDED[name]));
  if (missing.length > 0 && !args.includes("--install")) {
    console.error(
      `missing Debian packages: ${missing.join(", ")}\ninstall them by hand, or as root with: bun scripts/test-neon.ts --install`,
    );
    return 2;
  }
  if (missing.length > 0 && !install(missing)) return 1;
  return test();
}

function install(missing: readonly string[]): boolean {
  return [
    ["dpkg", "--add-architecture", "arm64"],
    ["apt-get", "update"],
    ["apt-get", "install", "--yes", "--no-install-recommends", ...missing],
  ].every((command) => spawn(command) === 0);
}

function test(): number {
  const name = TARGET.toUpperCase().replaceAll("-", "_");
  const code = spawn(
    ["cargo", "test", "--no-fail-fast", "-p", "moe-kernel-cpu", "--locked", "--target", TARGET],
    {
      RUSTC,
      CARGO_TARGET_DIR: join(ROOT, "target", "neon"),
      [`CARGO_TARGET_${name}_LINKER`]: LINKER,
      [`CARGO_TARGET_${name}_RUNNER`]: EMULATOR,
      TEST_RUNNER: EMULATOR, // for tests that start themselves again
    },
  );
  console.log(`NEON under ${EMULATOR.split(" ")[0]}: ${code === 0 ? "ok" : "FAILED"}`);
  return code === 0 ? 0 : 1;
}

function spawn(command: string[], env: Record<string, string> = {}): number {
  const options = { cwd: ROOT, env: childEnv(env) };
  return Bun.spawnSync(command, { ...options, stdio: ["ignore", "inherit", "inherit"] }).exitCode;
}

process.exitCode = main(process.argv.slice(2));
