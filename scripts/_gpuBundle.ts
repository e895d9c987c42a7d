// The three files of a bundle: a launcher, Bun, and what moe-bench runs from.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundleApp } from "./_bundleApp.ts";
import { must } from "./_pack.ts";
import { ROOT } from "./_workspace.ts";

const CACHE = join(ROOT, "node_modules", ".cache", "gpu-bundle");

/** What goes in beside the packages. */
export interface BundleOptions {
  /** Bun, packed by {@link packedBun}. */
  bun: string;
}

/**
 * Writes `moe-bench`, `bun.xz` and `app.tar.gz`.
 *
 * @param folder - is made where it is not there
 * @returns their sizes in bytes, by name
 * @throws Error where an addon is not built
 */
export async function writeBundle(
  folder: string,
  { bun }: BundleOptions,
): Promise<Record<string, number>> {
  const app = mkdtempSync(join(tmpdir(), "moe-gpu-bundle-"));
  try {
    bundleApp(app);
    mkdirSync(folder, { recursive: true });
    await must(["tar", "-czf", join(folder, "app.tar.gz"), "-C", app, "node_modules"], ROOT);
  } finally {
    rmSync(app, { recursive: true, force: true });
  }
  copyFileSync(bun, join(folder, "bun.xz"));
  const launcher = join(folder, "moe-bench");
  const id = new Bun.CryptoHasher("sha256");
  for (const name of ["app.tar.gz", "bun.xz"]) id.update(readFileSync(join(folder, name)));
  const text = readFileSync(join(import.meta.dir, "gpu-bundle.sh"), "utf8");
  const commit = await commitOf();
  writeFileSync(launcher, text.replaceAll("@ID@", id.digest("hex")).replaceAll("@COMMIT@", commit));
  chmodSync(launcher, 0o755);
  const names = ["moe-bench", "bun.xz", "app.tar.gz"];
  return Object.fromEntries(names.map((name) => [name, statSync(join(folder, name)).size]));
}

/** The commit, with `+` where tracked files differ from it; empty outside of a checkout. */
async function commitOf(): Promise<string> {
  const ask = async (...args: string[]): Promise<string> =>
    (await must(["git", ...args], ROOT)).output.trim();
  if (!existsSync(join(ROOT, ".git"))) return "";
  const changes = await ask("status", "--porcelain", "--untracked-files=no");
  return `${await ask("rev-parse", "HEAD")}${changes === "" ? "" : "+"}`;
}

/**
 * The Bun that runs this, packed once a version: that takes a minute or two.
 *
 * @returns path of the packed file
 */
export async function packedBun(): Promise<string> {
  const packed = join(CACHE, `bun-${Bun.version}.xz`);
  if (existsSync(packed)) return packed;
  mkdirSync(CACHE, { recursive: true });
  const part = `${packed}.${process.pid}`;
  const child = Bun.spawn(["xz", "-T0", "-6", "--stdout", process.execPath], {
    stdio: ["ignore", Bun.file(part), "inherit"],
  });
  if ((await child.exited) !== 0) throw new Error("xz failed");
  renameSync(part, packed);
  return packed;
}
