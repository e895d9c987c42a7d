import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { anchors, brokenIn, linkTargets } from "../scripts/_links.ts";

describe("links in Markdown", () => {
  test("are found inline, as images, as references, with titles and with parentheses; code is left out", () => {
    const text = [
      '[a](a.md) ![b](b.png) [c](<c.md>) [d](d.md#x "title") [e](e_(1).md)',
      "`[no](no.md)`",
      "```sh",
      "[no](no.md)",
      "```",
      "[f]: f.md",
    ].join("\n");
    expect(linkTargets(text)).toEqual(["a.md", "b.png", "c.md", "d.md#x", "e_(1).md", "f.md"]);
  });

  test("headings become anchors after GitHub's rule, repeats numbered", () => {
    const text =
      "# A & B\n## `moe-bench map`\n## [x](y.md): 2.0\n### Twice\n### Twice\n```sh\n# no\n```\n";
    expect([...anchors(text)]).toEqual(["a--b", "moe-bench-map", "x-20", "twice", "twice-1"]);
  });

  test("a missing file, a missing heading, and only those are reported", () => {
    const folder = mkdtempSync(join(tmpdir(), "moe-links-"));
    try {
      writeFileSync(join(folder, "b.md"), "# There\n");
      const file = join(folder, "a.md");
      writeFileSync(
        file,
        "[1](b.md) [2](b.md#there) [3](c.md) [4](b.md#gone) [5](#nowhere) [6](https://x.invalid) [7](.)",
      );
      expect(brokenIn(file).map((line) => /\(([^)]*)\)/.exec(line)?.[1])).toEqual([
        "c.md",
        "b.md#gone",
        "#nowhere",
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
