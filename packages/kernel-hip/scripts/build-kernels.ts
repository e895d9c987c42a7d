// Compiles the HIP kernels ahead of time for every gfx11 processor that clang knows, into `prebuilt/`. Files whose code is
// the same already stay as they are. With `--check` writes nothing, and fails where something differs.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { compileKernels } from "./_compileKernels.ts";
import { PACKAGE } from "./_kernels.ts";
import { comparePrebuilt, isDifferent, manifestText } from "./_prebuiltBytes.ts";

const PREBUILT = join(PACKAGE, "prebuilt");

async function build(): Promise<number> {
  const { manifest, built } = await compileKernels();
  const files = built.map(({ object }) => object.file);
  for (const file of new Bun.Glob("gfx*/**").scanSync(PREBUILT)) {
    if (!files.includes(file)) rmSync(join(PREBUILT, file));
  }
  for (const { object, code } of built.filter(isDifferent)) {
    const path = join(PREBUILT, object.file);
    if (!existsSync(dirname(path))) mkdirSync(dirname(path));
    writeFileSync(path, gzipSync(code, { level: 9 }));
  }
  writeFileSync(join(PREBUILT, "manifest.json"), manifestText(manifest));
  return 0;
}

async function check(): Promise<number> {
  const { problems, notRun } = await comparePrebuilt();
  if (notRun !== undefined) problems.push(`nothing was compared byte for byte: ${notRun}`);
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = await (process.argv.includes("--check") ? check() : build());
