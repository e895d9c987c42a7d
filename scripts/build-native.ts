// Builds the Rust addon of every package that has one into that package's folder, and the mock driver of its tests into
// target/mock; or says that a machine without cargo goes without. Usage: bun scripts/build-native.ts [--check] [folder below packages/ …]
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

import { BUN, childEnv, packages, ROOT } from "./_workspace.ts";
import type { Package } from "./_workspace.ts";

/** `--check` fails where committed typings differ from what the Rust sources give. */
function main(args: readonly string[]): number {
  const check = args.includes("--check");
  const wanted = args.filter((arg) => arg !== "--check");
  const all = packages().filter(({ path }) => existsSync(join(path, "native", "Cargo.toml")));
  const chosen = all.filter(({ folder }) => wanted.length === 0 || wanted.includes(folder));
  if (Bun.which("cargo", { PATH: childEnv().PATH ?? "" }) === null) {
    const names = chosen.map(({ manifest }) => manifest.name).join(", ");
    console.error(`cargo is not installed: no native code for ${names} (https://rustup.rs)`);
    return check ? 1 : 0;
  }
  return chosen.map((pkg) => buildOne(pkg, check)).find((code) => code !== 0) ?? 0;
}

function buildOne(pkg: Package, check: boolean): number {
  const out = mkdtempSync(join(tmpdir(), "moe-native-"));
  try {
    const built = build(pkg, out);
    if (built !== 0) return built;
    const published = publishMock(pkg);
    return published === 0 ? publish(pkg, out, check) : published;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Builds into `out`, so that a failed build leaves the last good addon in place. */
function build(pkg: Package, out: string): number {
  const napi = Bun.fileURLToPath(import.meta.resolve("@napi-rs/cli/package.json")).replace(
    /package\.json$/,
    "dist/cli.js",
  );
  const flags = ["--release", "--platform", "--no-js", "--dts", "_binding.d.ts"];
  const paths = [
    "--manifest-path",
    "native/Cargo.toml",
    "--package-json-path",
    "package.json",
    "--output-dir",
    out,
  ];
  // Cargo compiles what two packages share once only where it builds both together.
  const crates = hasMock(pkg) ? ["-p", `moe-${pkg.folder}-napi`, "-p", "moe-mock-driver"] : [];
  const rest = ["--", "--locked", ...crates];
  const child = Bun.spawnSync([BUN, napi, "build", ...flags, ...paths, ...rest], {
    cwd: pkg.path,
    env: childEnv(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  return child.exitCode;
}

/** A shared library that the tests load in place of a driver, and the kernels that it runs. */
function publishMock(pkg: Package): number {
  if (!hasMock(pkg)) return 0;
  const folder = join(ROOT, "target", hostTarget(), "release");
  mkdirSync(join(ROOT, "target", "mock"), { recursive: true });
  for (const file of new Bun.Glob("{lib,}moe_mock_driver.{so,dylib,dll}").scanSync(folder)) {
    copyFileSync(join(folder, file), join(ROOT, "target", "mock", file));
  }
  const script = join(pkg.path, "scripts", "build-cuda-host.ts");
  return Bun.spawnSync([BUN, script], { env: childEnv(), stdio: ["ignore", "inherit", "inherit"] })
    .exitCode;
}

function hasMock(pkg: Package): boolean {
  return existsSync(join(pkg.path, "mock", "Cargo.toml"));
}

function hostTarget(): string {
  const { stdout } = Bun.spawnSync(["rustc", "-vV"], { env: childEnv() });
  return /^host: (.+)$/m.exec(stdout.toString())?.[1] ?? "";
}

/** Moves the addon into the package and the typings, which are committed, into its sources. */
function publish(pkg: Package, out: string, check: boolean): number {
  for (const file of new Bun.Glob("*.node").scanSync(out)) {
    // A rename is atomic where a copy is not: a process that has the old file mapped keeps it.
    const target = join(pkg.path, file);
    copyFileSync(join(out, file), `${target}.new`);
    renameSync(`${target}.new`, target);
  }
  const path = join(pkg.path, "src", "_binding.d.ts");
  const types = readFileSync(join(out, "_binding.d.ts"), "utf8");
  const committed = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (types === committed) return 0;
  if (check) {
    const file = relative(ROOT, path);
    console.error(`${file} does not match the Rust sources: bun run build:native, and commit it`);
    return 1;
  }
  writeFileSync(path, types);
  return 0;
}

process.exit(main(process.argv.slice(2)));
