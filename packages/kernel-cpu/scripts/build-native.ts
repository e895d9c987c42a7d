// Builds the Rust addon into this package's folder, or says that a machine without cargo goes without it.
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const PACKAGE = join(import.meta.dirname, "..");
/** Typings of the binding, generated from the Rust sources and committed. */
const TYPES = join(PACKAGE, "src", "_binding.d.ts");

/** PATH with rustup's usual place added: a login shell has it, an editor's task runner often has not. */
const PATH = [process.env.PATH ?? "", join(homedir(), ".cargo", "bin")].join(delimiter);

/** `--check` fails where the committed typings differ from what the Rust sources give. */
function main(check: boolean): number {
  if (Bun.which("cargo", { PATH }) === null) {
    console.error(
      "cargo is not installed: no native CPU kernel, only the portable TypeScript one (https://rustup.rs)",
    );
    return check ? 1 : 0;
  }
  const out = mkdtempSync(join(tmpdir(), "moe-kernel-cpu-"));
  try {
    const built = build(out);
    if (built !== 0) return built;
    return publish(out, check);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Builds into `out`, so that a failed build leaves the last good addon in place. */
function build(out: string): number {
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
  const child = Bun.spawnSync(
    [process.execPath, napi, "build", ...flags, ...paths, "--", "--locked"],
    {
      cwd: PACKAGE,
      env: { ...process.env, PATH },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  return child.exitCode;
}

/** Moves the addon into the package and the typings into its sources. */
function publish(out: string, check: boolean): number {
  for (const file of new Bun.Glob("*.node").scanSync(out)) {
    // A rename is atomic where a copy is not: a process that has the old file mapped keeps it.
    const target = join(PACKAGE, file);
    copyFileSync(join(out, file), `${target}.new`);
    renameSync(`${target}.new`, target);
  }
  const types = readFileSync(join(out, "_binding.d.ts"), "utf8");
  const committed = existsSync(TYPES) ? readFileSync(TYPES, "utf8") : "";
  if (types === committed) return 0;
  if (check) {
    console.error(
      "src/_binding.d.ts does not match the Rust sources: run scripts/build-native.ts and commit it",
    );
    return 1;
  }
  writeFileSync(TYPES, types);
  return 0;
}

process.exit(main(process.argv.includes("--check")));
