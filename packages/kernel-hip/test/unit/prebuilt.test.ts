import { afterEach, beforeEach, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { type KernelManifest, PACKAGE } from "../../scripts/_kernels.ts";
import { prebuiltProblems } from "../../scripts/_prebuiltFiles.ts";

const OBJECT = "prebuilt/gfx1151/moe_align.co.gz";
const CUBIN = "prebuilt/cuda/sm_80/plan.cubin.gz";
const TRITON_CUBIN = "prebuilt/triton/sm_90/64x128x64_w8_s4_topk8.cubin.gz";
const TRITON = "prebuilt/triton/gfx1100/original_gemm1_topk8.hsaco.gz";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "moe-prebuilt-"));
  for (const folder of ["kernels", "prebuilt", "triton"]) {
    cpSync(join(PACKAGE, folder), join(root, folder), { recursive: true });
  }
});
afterEach(() => rmSync(root, { recursive: true }));

function edit(file: string, change: (bytes: Buffer) => Buffer | string): void {
  const path = join(root, file);
  writeFileSync(path, change(readFileSync(path)));
}

/** The one problem that there is. */
function problem(): string {
  const all = prebuiltProblems(root);
  expect(all).toHaveLength(1);
  return all[0];
}

test("the committed code objects belong to the committed sources", () => {
  expect(prebuiltProblems(root)).toEqual([]);
});

test.each(["common/gfx11.h", "common/types.h", "gemm/gemm.h"])(
  "a change of kernels/%s makes the gfx11 objects stale, and no cubins",
  (file) => {
    edit(`kernels/${file}`, (text) => `${text}\n`);
    expect(problem()).toStartWith("prebuilt/: kernels/ has changed; run bun ");
  },
);

test.each(["abi.h", "device.h", "gemm_sm80.cu", "layout.cuh"])(
  "a change of kernels/cuda/%s makes the cubins stale, and no other objects",
  (file) => {
    edit(`kernels/cuda/${file}`, (text) => `${text}\n`);
    expect(problem()).toStartWith("prebuilt/cuda/: the sources have changed; run bun ");
  },
);

test.each([
  "align/align.h",
  "common/device.h",
  "common/element.h",
  "moe_align.hip",
  "moe_layer.hip",
])("a change of kernels/%s, which both vendors share, makes all of them stale", (file) => {
  edit(`kernels/${file}`, (text) => `${text}\n`);
  const [gfx11, cuda, ...more] = prebuiltProblems(root);
  expect([gfx11, cuda, more]).toEqual([
    expect.stringMatching(/^prebuilt\/: kernels\/ has changed; /),
    expect.stringMatching(/^prebuilt\/cuda\/: the sources have changed; /),
    [],
  ]);
});

test.each(["prebuilt/manifest.json", "prebuilt/cuda/manifest.json"])(
  "other flags in %s make its objects stale",
  (manifest) => {
    edit(manifest, (text) => text.toString().replace(" -O3 ", " -O2 "));
    expect(problem()).toContain("the compiler's flags have changed");
  },
);

test("another version of nvcc makes the cubins stale", () => {
  edit("prebuilt/cuda/manifest.json", (text) => text.toString().replace('"13.0.88"', '"13.0.89"'));
  expect(problem()).toContain("prebuilt/cuda/: the compiler's version has changed");
});

test.each(["reference.py", "build.py", "configurations.json", "configurations-cuda.json"])(
  "a change of triton/%s makes the Triton objects stale",
  (file) => {
    edit(`triton/${file}`, (text) => `${text}\n`);
    expect(problem()).toContain("has changed; run packages/kernel-hip/triton/build.py");
  },
);

test.each([OBJECT, CUBIN, TRITON, TRITON_CUBIN])("one other byte in %s is noticed", (file) => {
  edit(file, (packed) => {
    const code = gunzipSync(packed);
    code[1000] ^= 1;
    return gzipSync(code);
  });
  expect(problem()).toContain("is not what the manifest says");
});

test.each([OBJECT, CUBIN, TRITON, TRITON_CUBIN])(
  "the same code packed another way is the same: %s",
  (file) => {
    edit(file, (packed) => gzipSync(gunzipSync(packed), { level: 1 }));
    expect(prebuiltProblems(root)).toEqual([]);
  },
);

test("damaged, missing and unknown objects are named", () => {
  edit(OBJECT, (packed) => packed.subarray(0, 100));
  expect(problem()).toContain("gfx1151/moe_align.co.gz cannot be read");
  rmSync(join(root, OBJECT));
  expect(problem()).toContain("gfx1151/moe_align.co.gz cannot be read");
  cpSync(join(PACKAGE, OBJECT), join(root, OBJECT));
  writeFileSync(join(root, "prebuilt/gfx1151/old.co.gz"), "");
  expect(problem()).toContain("gfx1151/old.co.gz is not built any more");
});

test("an object that the manifest leaves out, or has too much, is named", () => {
  const manifest = JSON.parse(readFileSync(join(root, "prebuilt/manifest.json"), "utf8")) as {
    objects: { file: string }[];
  };
  const [first, ...others] = manifest.objects;
  const write = (objects: unknown): void =>
    writeFileSync(join(root, "prebuilt/manifest.json"), JSON.stringify({ ...manifest, objects }));
  write(others);
  expect(problem()).toContain(`no ${first.file} in the manifest`);
  write([...manifest.objects, { ...first, file: "gfx1200/moe_align.co.gz" }]);
  expect(prebuiltProblems(root)[0]).toContain("gfx1200/moe_align.co.gz is not built any more");
});

test.each([
  ["clang", "another compiler's bytes are compared with nothing, which is told and is no success"],
  ["ld.lld", "nor are another linker's"],
])("where %s is another, %s", (other) => {
  const { compiler, linker } = JSON.parse(
    readFileSync(join(root, "prebuilt/manifest.json"), "utf8"),
  ) as KernelManifest;
  const tool = (name: string, line: string): string => {
    const path = join(root, name);
    const says = name === other ? `${line} (another)` : line;
    const asked = `if [ "$1" = --version ]; then echo '${says}'; else echo '${root}/ld.lld'; fi`;
    writeFileSync(path, `#!/bin/sh\n${asked}\n`, { mode: 0o755 });
    return path;
  };
  tool("ld.lld", linker);
  const env = { ...process.env, MOE_CLANG: tool("clang", compiler) };
  const build = join(PACKAGE, "scripts/build-kernels.ts");
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, build, "--check"], { env });
  const which = other === "clang" ? "compiler" : "linker";
  expect(stderr.toString()).toStartWith(
    `nothing was compared byte for byte: the ${which} here is `,
  );
  expect(stderr.toString()).toContain(' (another)", the objects are of "');
  expect(exitCode).toBe(1);
});
