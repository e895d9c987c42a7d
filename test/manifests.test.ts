import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { gitFiles, packages, ROOT } from "../scripts/_workspace.ts";

const text = (...path: string[]): string => readFileSync(join(ROOT, ...path), "utf8");

describe.each(packages().map((pkg) => [pkg.folder, pkg] as const))("packages/%s", (folder, pkg) => {
  test("carries the licence of the repository", () => {
    expect(text("packages", folder, "LICENSE")).toBe(text("LICENSE"));
  });

  test("documents every entry point that it exports, and exports only files that exist", () => {
    const targets = Object.values(pkg.manifest.exports).flatMap((target) =>
      typeof target === "string" ? [] : [target.bun],
    );
    const { entryPoints } = JSON.parse(text("packages", folder, "typedoc.json")) as {
      entryPoints: string[];
    };
    expect(entryPoints.map((entry) => `./${entry}`).sort()).toEqual([...targets].sort());
    for (const target of targets) expect(existsSync(join(pkg.path, target))).toBe(true);
  });

  test("has src/index.ts with re-exports only", () => {
    const code = text("packages", folder, "src", "index.ts").replaceAll(
      /\/\*[\s\S]*?\*\/|\/\/.*/g,
      "",
    );
    const rest = code
      .replaceAll(/export (type )?(\*|\{[^}]*\})( as \w+)? from "[^"]+";/g, "")
      .trim();
    expect(rest).toBe("");
  });
});

describe("dependencies between packages point one way", () => {
  const order = [
    "native",
    "routing",
    "align",
    "quant",
    "kernel-cpu",
    "gfx11-sim",
    "kernel-hip",
    "bench",
    "cli",
  ];

  test("the order names every package", () => {
    expect(order.toSorted()).toEqual(
      packages()
        .map(({ folder }) => folder)
        .sort(),
    );
  });

  test("no package needs one to its right in native → routing → align → quant → kernel-cpu → gfx11-sim → kernel-hip → bench → cli", () => {
    for (const { folder, needs } of packages()) {
      for (const needed of needs)
        expect([folder, order.indexOf(needed) < order.indexOf(folder)]).toEqual([folder, true]);
    }
  });

  test("native, routing, align and quant have no runtime dependency", () => {
    for (const { folder, manifest } of packages()) {
      if (order.indexOf(folder) < 4) expect(manifest.dependencies ?? {}).toEqual({});
    }
  });

  test("only packages/cli/src/main.ts ends the process", () => {
    const sources = (gitFiles("packages/*/src/**.ts") ?? []).filter((file) =>
      text(file).includes("process.exit("),
    );
    expect(sources.filter((file) => file !== "packages/cli/src/main.ts")).toEqual([]);
  });
});

test("every dependency of every manifest is explained in docs/dependencies.md, and nothing else is", () => {
  const fields = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
  const named = new Set<string>();
  for (const path of [
    "package.json",
    ...packages().map(({ folder }) => `packages/${folder}/package.json`),
  ]) {
    const manifest = JSON.parse(text(path)) as Record<string, Record<string, string>>;
    for (const field of fields)
      for (const name of Object.keys(manifest[field] ?? {})) named.add(name);
  }
  for (const path of gitFiles("packages/**/Cargo.toml") ?? []) {
    type Tables = Record<string, Record<string, object>>;
    const cargo = Bun.TOML.parse(text(path)) as Tables & { target?: Record<string, Tables> };
    for (const tables of [cargo, ...Object.values(cargo.target ?? {})]) {
      for (const field of ["dependencies", "dev-dependencies", "build-dependencies"]) {
        for (const name of Object.keys(tables[field] ?? {})) named.add(name);
      }
    }
  }
  const own = (name: string): boolean =>
    name === "moe-bench" || name.startsWith("@moe/") || name.startsWith("moe-");
  const explained = [...text("docs", "dependencies.md").matchAll(/^\| `([^`]+)`/gm)].map(
    (match) => match[1],
  );
  expect(explained.sort()).toEqual([...named].filter((name) => !own(name)).sort());
});
