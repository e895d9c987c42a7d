// Writes dist/ (JavaScript and declarations) of every package whose sources changed, in dependency order.
// Usage: bun scripts/build.ts [--force]
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

import { BUN, childEnv, packages, ROOT } from "./_workspace.ts";
import type { Package } from "./_workspace.ts";

const STAMPS = join(ROOT, "node_modules", ".cache", "build");

function buildAll(force: boolean): void {
  const hashes = new Map<string, string>();
  mkdirSync(STAMPS, { recursive: true });
  for (const pkg of packages()) {
    const hash = inputHash(pkg, hashes);
    hashes.set(pkg.folder, hash);
    const stamp = join(STAMPS, pkg.folder);
    if (!force && isFresh(pkg, stamp, hash)) continue;
    const start = performance.now();
    rmSync(stamp, { force: true });
    buildOne(pkg);
    writeFileSync(stamp, hash);
    console.log(`built ${pkg.manifest.name} (${(performance.now() - start).toFixed(0)} ms)`);
  }
}

function isFresh(pkg: Package, stamp: string, hash: string): boolean {
  if (!existsSync(join(pkg.path, "dist"))) return false;
  return existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
}

/** Hash of everything that decides the output: sources, settings, and the packages it needs. */
function inputHash(pkg: Package, done: ReadonlyMap<string, string>): string {
  const hasher = new Bun.CryptoHasher("sha256");
  const config = ["package.json"].map((name) => join(pkg.path, name));
  for (const file of [join(ROOT, "tsconfig.json"), ...config, ...sources(pkg)]) {
    hasher.update(
      `${relative(ROOT, file)}\0${existsSync(file) ? readFileSync(file, "utf8") : ""}\0`,
    );
  }
  for (const needed of pkg.needs) hasher.update(done.get(needed) ?? "");
  return hasher
    .update(readFileSync(import.meta.path, "utf8"))
    .update(ts.version)
    .digest("hex");
}

function sources(pkg: Package): string[] {
  const names = readdirSync(join(pkg.path, "src"), { recursive: true, encoding: "utf8" }).sort();
  return names.filter((name) => name.endsWith(".ts")).map((name) => join(pkg.path, "src", name));
}

/** A package with its own `build` script decides itself; every other one is compiled file by file. */
function buildOne(pkg: Package): void {
  rmSync(join(pkg.path, "dist"), { recursive: true, force: true });
  if (pkg.manifest.scripts?.build === undefined) return compile(pkg);
  const run = Bun.spawnSync([BUN, "run", "build"], {
    cwd: pkg.path,
    env: childEnv(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (run.exitCode !== 0) throw new Error(`bun run build of ${pkg.manifest.name} failed`);
}

function compile(pkg: Package): void {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, "tsconfig.json"),
    {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      // Other packages are seen as a user sees them: through the declarations in their dist/.
      customConditions: [],
      rootDir: join(pkg.path, "src"),
      outDir: join(pkg.path, "dist"),
    },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
  );
  const { options } = parsed!;
  const program = ts.createProgram(sources(pkg), options, cachingHost(options));
  const emitted = program.emit();
  copyDeclarations(pkg);
  const problems = [...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics];
  if (problems.length === 0) return;
  throw new Error(`${pkg.manifest.name} does not compile:\n${format(problems)}`);
}

const parsedLibraries = new Map<string, ts.SourceFile | undefined>();

/** Reads the declarations of installed packages and of the language once for all packages. */
function cachingHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    if (!/node_modules.*\.d\.[cm]?ts$/.test(name)) return read(name, ...rest);
    if (!parsedLibraries.has(name)) parsedLibraries.set(name, read(name, ...rest));
    return parsedLibraries.get(name);
  };
  return host;
}

/** Declarations that are written by hand or generated; the compiler reads them and emits nothing for them. */
function copyDeclarations(pkg: Package): void {
  for (const file of sources(pkg).filter((name) => name.endsWith(".d.ts"))) {
    cpSync(file, join(pkg.path, "dist", relative(join(pkg.path, "src"), file)));
  }
}

function format(problems: readonly ts.Diagnostic[]): string {
  return ts.formatDiagnostics(problems, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => ROOT,
    getNewLine: () => "\n",
  });
}

function fail(problem: ts.Diagnostic): never {
  throw new Error(format([problem]));
}

try {
  buildAll(process.argv.includes("--force"));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
