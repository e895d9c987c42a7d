// The steps of `bun run check`, in the order in which they run: cheap ones first.

import { join } from "node:path";

import { bunOutcome, cargoOutcome } from "./_counts.ts";
import { staleFiles } from "./_generated.ts";
import { brokenLinks } from "./_links.ts";
import { LLVM_PACKAGES, missingLlvm } from "./_llvm.ts";
import { prebuilt } from "./_prebuilt.ts";
import { command, commandStep } from "./_steps.ts";
import type { Outcome, Step } from "./_steps.ts";
import { gitFiles, packages, ROOT } from "./_workspace.ts";
import { fuzz } from "./fuzz.ts";
import { overLimit, sizeTable } from "./sizes.ts";

/** Tests that compile kernels. */
const LLVM_TESTS = ["--features", "moe-gfx11-sim/llvm,moe-kernel-hip/llvm"];
const FUZZ_S = 45;

/** Everything but the set-up and the look at the working tree. */
export const STEPS: readonly Step[] = [
  { name: "native build", run: nativeBuild },
  commandStep("build", "bun", "scripts/build.ts"),
  commandStep("format", "bun", "fmt", "--no-script", "--check"),
  commandStep("lint", "oxlint"),
  commandStep("types", "bun", "check", "--no-script", "--no-pretty"),
  { name: "links", run: () => listOutcome(brokenLinks(), "broken links") },
  { name: "generated files", run: async () => listOutcome(await staleFiles(), "stale files") },
  { name: "test files", run: testFiles },
  { name: "sizes", run: sizes },
  commandStep("knip", "knip", "--no-progress", "--no-config-hints"),
  { name: "publint", run: publint },
  { name: "docs", run: () => command(["typedoc", "--pretty", "false"], { limitS: 300 }) },
  { name: "rust format", run: rustFormat },
  { name: "clippy", run: clippy },
  { name: "prebuilt", run: prebuilt },
  { name: "cargo test", run: cargoTest },
  { name: "bun test", run: bunTest },
  { name: "fuzz", run: () => fuzz(FUZZ_S) },
];

async function nativeBuild(): Promise<Outcome> {
  return await command(["bun", "scripts/build-native.ts", "--check"], { limitS: 900 });
}

async function rustFormat(): Promise<Outcome> {
  const manifests = gitFiles("packages/**/fuzz/Cargo.toml") ?? [];
  const all = [[], ...manifests.map((path) => ["--manifest-path", path])].map((workspace) =>
    command(["cargo", "fmt", "--all", "--check", ...workspace]),
  );
  const bad = (await Promise.all(all)).filter(({ ok }) => !ok);
  return { ok: bad.length === 0, output: bad.map(({ output }) => output).join("\n") };
}

async function clippy(): Promise<Outcome> {
  const lints = ["--workspace", "--all-targets", ...LLVM_TESTS, "--locked", "--", "-D", "warnings"];
  return await command(["cargo", "clippy", ...lints], { limitS: 900 });
}

async function cargoTest(): Promise<Outcome> {
  const missing = missingLlvm();
  const features = missing.length === 0 ? LLVM_TESTS : [];
  const outcome = cargoOutcome(
    await command(["cargo", "test", "--workspace", "--locked", ...features], { limitS: 1200 }),
  );
  if (missing.length === 0) return outcome;
  const reason = `${missing.join(", ")} not found; install Debian's ${LLVM_PACKAGES}`;
  return {
    ...outcome,
    note: `${outcome.note}; NOT RUN: tests that compile kernels (${reason})`,
  };
}

async function bunTest(): Promise<Outcome> {
  return bunOutcome(
    await command(["bun", "test", "--timeout", "60000"], { env: { NO_COLOR: "1" }, limitS: 1200 }),
  );
}

/** The files that `bun test` runs have to be the ones that git knows by the name of a test. */
async function testFiles(): Promise<Outcome> {
  const wanted = gitFiles("*.test.ts", "*.test.tsx", "*_test.ts", "*.spec.ts") ?? [];
  const folders = ["test", ...packages().map(({ folder }) => `packages/${folder}/test`)];
  const found = folders.flatMap((folder) =>
    [...new Bun.Glob("**/*.test.ts").scanSync({ cwd: join(ROOT, folder) })].map(
      (file) => `${folder}/${file}`,
    ),
  );
  const wrong = [
    ...wanted.filter((file) => !found.includes(file)).map((file) => `${file} is in no test folder`),
    ...found.filter((file) => !wanted.includes(file)).map((file) => `${file} is ignored by git`),
  ];
  return { ...listOutcome(wrong, "misplaced"), note: `${found.length} files` };
}

function sizes(): Outcome {
  const rows = sizeTable();
  console.log(Bun.inspect.table(rows).trimEnd());
  return listOutcome(overLimit(rows), "too long");
}

async function publint(): Promise<Outcome> {
  const all = packages().map(({ path }) => command(["publint", "--strict", path]));
  const results = await Promise.all(all);
  const bad = results.filter(({ ok }) => !ok);
  return { ok: bad.length === 0, output: bad.map(({ output }) => output).join("\n") };
}

/** A step that failed exactly when its list of problems has entries. */
function listOutcome(problems: readonly string[], noun: string): Outcome {
  return {
    ok: problems.length === 0,
    note: `${problems.length} ${noun}`,
    output: problems.join("\n"),
  };
}
