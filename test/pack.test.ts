import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { installAll, must, packAll } from "../scripts/_pack.ts";
import type { Tarball } from "../scripts/_pack.ts";
import { command } from "../scripts/_steps.ts";
import { gitFiles, packages, ROOT } from "../scripts/_workspace.ts";

/** A first use of each library and what it prints, written out by hand. */
const FIRST_USE: Record<string, { code: string; prints: string }> = {
  "@moe/routing": {
    code: `import { synthTopk } from "@moe/routing";
      const { topkIds } = synthTopk({ archetype: "balanced", numTokens: 3, numExperts: 4, topK: 2 });
      console.log(topkIds.join());`,
    prints: "0,1,2,3,0,1",
  },
  "@moe/align": {
    code: `import { moeAlignBlockSize } from "@moe/align";
      const routes = Int32Array.of(1, 0, 1, 2);
      const { expertIds, numTokensPostPadded } =
        moeAlignBlockSize(routes, { numTokens: 2, topK: 2, numExperts: 3, blockM: 2 });
      console.log(numTokensPostPadded[0], expertIds.slice(0, 3).join());`,
    prints: "6 0,1,2",
  },
  "@moe/quant": {
    code: `import { bf16ToFloat, floatToBf16 } from "@moe/quant";
      console.log(floatToBf16(1.5).toString(16), bf16ToFloat(0x3fc0));`,
    prints: "3fc0 1.5",
  },
  "@moe/native": {
    code: `import { optionChecks } from "@moe/native";
      const { whole } = optionChecks((code, message) => new Error(message));
      console.log(whole("n", 3, 1, 4));`,
    prints: "3",
  },
  "@moe/kernel-cpu": {
    code: `import { availability, portableGemm } from "@moe/kernel-cpu";
      const weights = { packed: Int32Array.of(0x99999999), scales: Uint16Array.of(0x3f80),
        numExperts: 1, n: 1, k: 8, groupSize: 8, rowStride: 1 };
      const c = new Uint16Array(1);
      portableGemm({ a: new Uint16Array(8).fill(0x3f80), weights, sortedTokenIds: Int32Array.of(0),
        expertIds: Int32Array.of(0), numBlocks: 1, blockM: 1, topK: 1, numValidTokens: 1, c });
      console.log(typeof availability().available, c[0].toString(16));`,
    prints: "boolean 4100",
  },
  "@moe/gfx11-sim": {
    code: `import { availability, Gfx11SimError, loadCodeObject } from "@moe/gfx11-sim";
      try { loadCodeObject(new Uint8Array(4)); }
      catch (error) {
        const wanted = availability().available ? "E_TRUNCATED E_FORMAT" : "E_NATIVE_UNAVAILABLE";
        console.log(error instanceof Gfx11SimError, wanted.includes(error.code));
      }`,
    prints: "true true",
  },
  "@moe/kernel-hip": {
    code: `import { devices, KernelHipError, openDevice } from "@moe/kernel-hip";
      try { openDevice({ backend: "cuda", index: 0.5 }); }
      catch (error) { console.log(error instanceof KernelHipError, error.code, devices().length); }`,
    prints: "true E_OPTION 3",
  },
  "@moe/bench": {
    code: `import { BACKENDS } from "@moe/bench"; console.log(Object.keys(BACKENDS).includes("cpu"));`,
    prints: "true",
  },
};

const PURE = ["@moe/routing", "@moe/align", "@moe/quant"];

let folder: string;
let project: string;
let tarballs: Tarball[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "moe-pack-"));
  project = join(folder, "user");
  tarballs = await packAll(join(folder, "tarballs"));
  await installAll(tarballs, project);
  for (const { pkg, sizeBytes, files } of tarballs) {
    console.log(
      `${pkg.manifest.name}: ${(sizeBytes / 1024).toFixed(1)} KiB, ${files.length} files`,
    );
  }
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the snippet prints when it runs in the user's project. */
async function prints(runtime: string, code: string): Promise<string> {
  const file = join(project, `use-${Bun.hash(code).toString(36)}.mjs`);
  writeFileSync(file, code);
  const { output } = await command([runtime, file], { cwd: project, env: { NO_COLOR: "1" } });
  return output.trim();
}

describe("a tarball", () => {
  test("exists for every package and holds its licence, README, sources and declarations", () => {
    expect(tarballs.map(({ pkg }) => pkg.folder).sort()).toEqual(
      packages()
        .map(({ folder: f }) => f)
        .sort(),
    );
    for (const { files } of tarballs) {
      expect(files).toContain("package.json");
      expect(files).toContain("README.md");
      expect(files).toContain("LICENSE");
      expect(files).toContain("src/index.ts");
      expect(files).toContain("dist/index.d.ts");
      expect(
        files.filter((file) => /(^|\/)(test|target|node_modules)\/|\.tsbuildinfo$/.test(file)),
      ).toEqual([]);
    }
  });

  test("of @moe/kernel-hip holds what a run-time compiler needs: every HIP source, and no CUDA", () => {
    const { files } = tarballs.find(({ pkg }) => pkg.folder === "kernel-hip")!;
    const sources = gitFiles(
      "packages/kernel-hip/kernels/*.h",
      "packages/kernel-hip/kernels/*.hip",
    );
    const wanted = sources!.filter((file) => !file.includes("/cuda/"));
    const packed = files.filter((file) => file.startsWith("kernels/"));
    expect(packed.sort()).toEqual(wanted.map((file) => file.replace("packages/kernel-hip/", "")));
  });

  test("names no workspace or catalog protocol in its dependencies", () => {
    for (const { pkg } of tarballs) {
      const text = readFileSync(
        join(project, "node_modules", pkg.manifest.name, "package.json"),
        "utf8",
      );
      expect(text).not.toMatch(/"(workspace|catalog):/);
    }
  });
});

describe("an empty project with the tarballs", () => {
  for (const [name, { code, prints: wanted }] of Object.entries(FIRST_USE)) {
    test(
      `uses ${name} from Bun`,
      async () => expect(await prints("bun", code)).toBe(wanted),
      60_000,
    );
  }

  for (const name of PURE) {
    test(
      `uses ${name} from Node, which sees only dist/`,
      async () => expect(await prints("node", FIRST_USE[name].code)).toBe(FIRST_USE[name].prints),
      60_000,
    );
  }

  test("runs bunx moe-bench --version", async () => {
    const { version } = packages().find(({ manifest }) => manifest.name === "moe-bench")!.manifest;
    const { ok, output } = await command(["bun", "x", "--no-install", "moe-bench", "--version"], {
      cwd: project,
    });
    expect(output).toContain(version);
    expect(ok).toBe(true);
  }, 60_000);

  test("type-checks an import of every entry point, without Bun's types and with library checks on", async () => {
    const entries = tarballs.flatMap(({ pkg: { manifest } }) =>
      Object.keys(manifest.exports)
        .filter((key) => !key.endsWith(".json") && !key.includes("*"))
        .map((key) => join(manifest.name, key)),
    );
    const lines = entries.map(
      (entry, i) =>
        `import * as m${i} from "${entry}";\nexport const k${i} = Object.keys(m${i});\n`,
    );
    writeFileSync(join(project, "entries.ts"), lines.join(""));
    const compilerOptions = {
      noEmit: true,
      strict: true,
      module: "nodenext",
      target: "es2023",
      types: [],
    };
    const config = JSON.stringify({ compilerOptions, files: ["entries.ts"] });
    writeFileSync(join(project, "tsconfig.json"), config);
    const { output } = await command(["tsc", "-p", project], { cwd: project });
    expect(output).toBe("");
  }, 120_000);

  test("imports @moe/kernel-cpu without a native binary, gives the reason, and still multiplies in TypeScript", async () => {
    const installed = join(project, "node_modules", "@moe", "kernel-cpu");
    expect(existsSync(installed)).toBe(true);
    for (const file of new Bun.Glob("**/*.node").scanSync({ cwd: installed }))
      rmSync(join(installed, file));
    const why = `import { availability } from "@moe/kernel-cpu"; const a = availability();
        console.log(a.available, typeof a.reason, a.reason?.length > 20);`;
    expect(await prints("bun", why)).toBe("false string true");
    expect(await prints("bun", FIRST_USE["@moe/kernel-cpu"].code)).toBe("boolean 4100");
  }, 60_000);

  test("imports @moe/gfx11-sim without a native binary, gives the reason, and calls throw it", async () => {
    const installed = join(project, "node_modules", "@moe", "gfx11-sim");
    expect(existsSync(installed)).toBe(true);
    for (const file of new Bun.Glob("**/*.node").scanSync({ cwd: installed }))
      rmSync(join(installed, file));
    const why = `import { availability, Simulator } from "@moe/gfx11-sim"; const a = availability();
        try { new Simulator(); } catch (error) { console.log(a.available, error.message === a.reason, error.code); }`;
    expect(await prints("bun", why)).toBe("false true E_NATIVE_UNAVAILABLE");
  }, 60_000);

  test("imports @moe/kernel-hip without a native binary, lists the reason, and calls throw it", async () => {
    const installed = join(project, "node_modules", "@moe", "kernel-hip");
    expect(existsSync(installed)).toBe(true);
    for (const file of new Bun.Glob("**/*.node").scanSync({ cwd: installed }))
      rmSync(join(installed, file));
    const why = `import { devices, openDevice } from "@moe/kernel-hip"; const [hip] = devices();
        try { openDevice({ backend: "hip" }); } catch (error) { console.log(error.message === hip.reason, error.code); }`;
    expect(await prints("bun", why)).toBe("true E_NATIVE_UNAVAILABLE");
  }, 60_000);
});

test("the tarball test installs outside the workspace, so no source of it can leak in", async () => {
  const { output } = await must(["bun", "pm", "ls", "--all"], project);
  expect(project.startsWith(ROOT)).toBe(false);
  expect(output).not.toContain("workspace:");
});
