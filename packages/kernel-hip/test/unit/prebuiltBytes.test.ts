import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type KernelManifest, PACKAGE } from "../../scripts/_kernels.ts";
import type { KernelResources } from "../../scripts/_resources.ts";

const MANIFEST = JSON.parse(
  readFileSync(join(PACKAGE, "prebuilt/manifest.json"), "utf8"),
) as KernelManifest;

/** How clang's remarks call what the manifest holds. */
const LABELS: Record<keyof KernelResources, string> = {
  name: "Function Name",
  vgprs: "VGPRs",
  sgprs: "SGPRs",
  ldsBytes: "LDS Size [bytes/block]",
  scratchBytes: "ScratchSize [bytes/lane]",
  vgprSpills: "VGPRs Spill",
  sgprSpills: "SGPRs Spill",
  wavesPerSimd: "Occupancy [waves/SIMD]",
};

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "moe-prebuilt-"));
  for (const { file, kernels } of MANIFEST.objects) {
    const path = join(root, file.replace(".co.gz", ""));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.co`, gunzipSync(readFileSync(join(PACKAGE, "prebuilt", file))));
    const lines = kernels.flatMap((kernel) =>
      Object.entries(kernel).map(
        ([key, value]) =>
          `remark: ${LABELS[key as keyof KernelResources]}: ${value} [-Rpass-analysis=kernel-resource-usage]`,
      ),
    );
    writeFileSync(`${path}.txt`, `${lines.join("\n")}\n`);
  }
  writeFileSync(join(root, "clang"), COMPILER, { mode: 0o755 });
  writeFileSync(join(root, "linker"), `#!/bin/sh\necho '${MANIFEST.linker}'\n`, { mode: 0o755 });
});
afterEach(() => rmSync(root, { recursive: true }));

/** A compiler that gives what lies beside it. */
const COMPILER = `#!/bin/sh
here=$(dirname "$0")
case "$1" in
--version) echo '${MANIFEST.compiler}'; exit ;;
-print-prog-name=*) echo "$here/linker"; exit ;;
esac
for argument; do
  case "$argument" in
  --offload-arch=*) arch=\${argument#*=} ;;
  *.hip) source=\${argument%.hip} ;;
  esac
  if [ "$before" = -o ]; then out=$argument; fi
  before=$argument
done
cp "$here/$arch/$source.co" "$out"
cat "$here/$arch/$source.txt" >&2
`;

function check(): { exitCode: number; said: string } {
  const build = join(PACKAGE, "scripts/build-kernels.ts");
  const env = { ...process.env, MOE_CLANG: join(root, "clang") };
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, build, "--check"], { env });
  return { exitCode, said: stderr.toString() };
}

test("code and resources that are the same are no difference", () => {
  expect(check()).toEqual({ exitCode: 0, said: "" });
});

test("one other byte of one object is named", () => {
  const path = join(root, "gfx1103/moe_align.co");
  const code = readFileSync(path);
  code[code.length - 1] ^= 1;
  writeFileSync(path, code);
  expect(check()).toEqual({
    exitCode: 1,
    said: "prebuilt/gfx1103/moe_align.co.gz is not what the sources compile to\nprebuilt/manifest.json is not what the sources compile to\n",
  });
});

test("other resources of the same code are a difference of the manifest", () => {
  const path = join(root, "gfx1150/moe_layer.txt");
  writeFileSync(path, readFileSync(path, "utf8").replace(/ VGPRs: \d+/, " VGPRs: 250"));
  const said = "prebuilt/manifest.json is not what the sources compile to\n";
  expect(check()).toEqual({ exitCode: 1, said });
});

test.each(["VGPRs Spill", "SGPRs Spill", "ScratchSize \\[bytes/lane\\]"])(
  "a kernel with %s is refused by name",
  (label) => {
    const path = join(root, "gfx1100/moe_w4a16_gemm.txt");
    const text = readFileSync(path, "utf8");
    writeFileSync(
      path,
      text.replace(new RegExp(` ${label}: 0`), (found) => `${found.slice(0, -1)}8`),
    );
    const { exitCode, said } = check();
    expect(exitCode).toBe(1);
    expect(said).toMatch(/moe_\w+ on gfx1100 spills: .*8/);
  },
);
