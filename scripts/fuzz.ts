// Fuzzes the gfx11 simulator: hostile code objects and launches must end in a report or a typed error, in time, without a
// panic and in little memory. What fails is kept as a file, which the fuzzer runs again when it is given its path.
// Usage: bun scripts/fuzz.ts [seconds]   (60 if not given)
//
// The coverage comes from the stable compiler, so that neither cargo-fuzz nor a nightly toolchain is needed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { command } from "./_steps.ts";
import type { Outcome } from "./_steps.ts";
import { ROOT } from "./_workspace.ts";

const CRATE = join(ROOT, "packages", "gfx11-sim", "core", "fuzz");
const TARGET_FOLDER = join(ROOT, "target", "fuzz");
/** Build scripts are left alone, because the target is given. */
const TARGET = "x86_64-unknown-linux-gnu";
const COVERAGE = [
  "--cfg fuzzing",
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
].join(" ");
/** Of one input, in seconds; of the whole process, in MiB; of an input, in bytes. */
const LIMITS = ["-timeout=10", "-rss_limit_mb=1024", "-max_len=4096"];

/** Builds the fuzzer and runs it for so many seconds. What it learned is kept for the next time. */
export async function fuzz(seconds: number): Promise<Outcome> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return {
      ok: true,
      note: `not run: only on Linux x86-64, not on ${process.platform} ${process.arch}`,
    };
  }
  const built = await command(
    [
      "cargo",
      "build",
      "--release",
      "--locked",
      "--target",
      TARGET,
      "--manifest-path",
      join(CRATE, "Cargo.toml"),
    ],
    { env: { RUSTFLAGS: COVERAGE, CARGO_TARGET_DIR: TARGET_FOLDER }, limitS: 600 },
  );
  if (!built.ok) return { ok: false, note: "does not build", output: built.output };
  const [corpus, failures] = ["corpus", "failures"].map((name) => join(TARGET_FOLDER, name));
  for (const folder of [corpus, failures]) mkdirSync(folder, { recursive: true });
  const options = [...LIMITS, `-max_total_time=${seconds}`, `-artifact_prefix=${failures}/`];
  const ran = await command(
    [join(TARGET_FOLDER, TARGET, "release", "launch"), ...options, corpus],
    {
      limitS: seconds + 60,
    },
  );
  const runs = /^Done (\d+) runs/m.exec(ran.output)?.[1];
  const kept = /Test unit written to (\S+)/.exec(ran.output)?.[1];
  return {
    ok: ran.ok && runs !== undefined,
    note: kept === undefined ? `${runs ?? "no"} launches in ${seconds} s` : `failed on ${kept}`,
    output: ran.output.split("\n").slice(-80).join("\n"),
  };
}

if (import.meta.main) {
  const seconds = Number(process.argv[2] ?? 60);
  if (!Number.isInteger(seconds) || seconds < 1) {
    console.error(`'${process.argv[2]}' is no number of seconds; give an integer of at least 1`);
    process.exitCode = 2;
  } else {
    const { ok, note, output } = await fuzz(seconds);
    if (!ok) console.error(output);
    console.log(`fuzz: ${ok ? "ok" : "FAILED"}, ${note}`);
    process.exitCode = ok ? 0 : 1;
  }
}
