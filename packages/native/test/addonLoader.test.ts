import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import * as shared from "../../../test/_errorOf.ts";
import { addonLoader, type AddonLoader } from "../src/index.ts";
import { ExampleError } from "./_ExampleError.ts";

const VARIABLE = "MOE_EXAMPLE_LIBRARY";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "moe-native-"));
  mkdirSync(join(folder, "src"));
  const manifest = { name: "@moe/example", version: "1.2.3", napi: { binaryName: "moe-example" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
});

afterAll(() => {
  delete process.env[VARIABLE];
  rmSync(folder, { recursive: true });
});

/** A loader whose explicit addon is a script, which loads like an addon does. */
function loaderOf(script: string): AddonLoader<{ version(): string }> {
  const path = join(folder, `${Bun.hash(script)}.cjs`);
  writeFileSync(path, script);
  process.env[VARIABLE] = path;
  return loader();
}

function loader(): AddonLoader<{ version(): string }> {
  return addonLoader({
    moduleUrl: pathToFileURL(join(folder, "src", "load.ts")).href,
    noun: "example",
    createError: (code, message, details) => new ExampleError(code, message, details),
  });
}

const errorOf = (run: () => unknown): ExampleError => shared.errorOf(ExampleError, run);

describe("addonLoader", () => {
  test("loads the file that the variable names, once", () => {
    const { load, availability } = loaderOf(
      `globalThis.exampleLoads = (globalThis.exampleLoads ?? 0) + 1; exports.version = () => "1.2.3";`,
    );
    expect(load().binding.version()).toBe("1.2.3");
    delete process.env[VARIABLE];
    expect(load().path).toEndWith(".cjs");
    expect(availability()).toEqual({ available: true, version: "1.2.3", path: load().path });
    expect((globalThis as { exampleLoads?: number }).exampleLoads).toBe(1);
  });

  test("refuses an addon of another version, and says both", () => {
    const { load, availability } = loaderOf(`exports.version = () => "9.0.0";`);
    const error = errorOf(load);
    expect(error.code).toBe("E_NATIVE_VERSION");
    expect(error.message).toContain("is version 9.0.0, but @moe/example is 1.2.3");
    expect(errorOf(load)).toBe(error);
    expect(availability()).toEqual({ available: false, reason: error.message });
  });

  test("tries nothing else where the named file does not load", () => {
    const { load } = loaderOf(`throw new Error("no such symbol\\nstack of the loader");`);
    const error = errorOf(load);
    expect(error.code).toBe("E_NATIVE_UNAVAILABLE");
    expect(error.details.causes).toEqual([`${process.env[VARIABLE]}: no such symbol`]);
  });

  test("names every place where it looked for a build", () => {
    delete process.env[VARIABLE];
    const { message } = errorOf(loader().load);
    expect(message).toContain(`no example for ${process.platform} ${process.arch}`);
    expect(message).toContain("not built");
    expect(message).toContain("@moe/example-");
  });
});
