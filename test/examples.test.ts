import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  allExamples,
  docExamplesOf,
  fencesOf,
  malformed,
  runExample,
  SNIPPETS,
  writeExample,
} from "../scripts/_examples.ts";
import { command } from "../scripts/_steps.ts";
import { packages } from "../scripts/_workspace.ts";

const EXAMPLES = allExamples();
const AT_ONCE = 2;

/** Starts the examples in order, two at a time; each test waits for its own. */
function startAll(): Map<string, ReturnType<typeof runExample>> {
  const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve<unknown>(undefined));
  const started = new Map<string, ReturnType<typeof runExample>>();
  for (const [index, example] of EXAMPLES.entries()) {
    const run = lanes[index % AT_ONCE].then(() => runExample(example));
    lanes[index % AT_ONCE] = run.catch(() => undefined);
    started.set(example.at, run);
  }
  return started;
}

describe("every example of README, docs and docstrings prints what stands below it", () => {
  const running = startAll();
  for (const example of EXAMPLES) {
    test(
      example.at,
      async () => {
        expect(malformed(example)).toBeUndefined();
        const { lines, error } = await running.get(example.at)!;
        expect(error).toBe("");
        expect(lines).toEqual(example.expected);
      },
      600_000,
    );
  }

  test("there are examples in the root README and in every package", () => {
    const files = new Set(EXAMPLES.map(({ at }) => at.split("/src/")[0].split(":")[0]));
    // Those of the command line run as processes, in its own tests.
    const folders = packages().flatMap(({ folder }) => (folder === "cli" ? [] : [folder]));
    expect(folders).toContain("routing");
    for (const folder of folders) {
      expect(files).toContain(`packages/${folder}`);
    }
    expect(files).toContain("README.md");
  });

  test("examples type-check under the settings of the workspace", async () => {
    const files = EXAMPLES.filter((example) => !malformed(example)).map(writeExample);
    const config = { extends: join(import.meta.dir, "..", "tsconfig.json"), files, include: [] };
    const path = join(SNIPPETS, "tsconfig.json");
    writeFileSync(path, JSON.stringify(config));
    const { ok, output } = await command([
      "bun",
      "check",
      "--no-script",
      "-p",
      path,
      "--no-pretty",
    ]);
    expect(ok ? "" : output).toBe("");
  }, 120_000);
});

describe("the extractor", () => {
  test("finds the fence, its line and its expected output, an empty line included", () => {
    const markdown = "# a\n\n```sh\nls\n```\n\n```ts\nconsole.log(1);\n// → 1\n// →\n```\n";
    expect(fencesOf("a.md", markdown)).toEqual([
      { at: "a.md:8", code: "console.log(1);\n// → 1\n// →\n", expected: ["1", ""] },
    ]);
  });

  test("reads only @example of a doc comment, up to the next tag", () => {
    const source = [
      "/**",
      " * Adds.",
      " * @example",
      " * ```ts",
      " * console.log(2);",
      " * // → 2",
      " * ```",
      " * @throws never",
      " * ```ts",
      " * not an example",
      " * ```",
      " */",
    ].join("\n");
    expect(docExamplesOf("a.ts", source)).toEqual([
      { at: "a.ts:5", code: "console.log(2);\n// → 2\n", expected: ["2"] },
    ]);
  });

  test("rejects an example that shows no output, has no fence, or imports a relative path", () => {
    const of = (code: string): string =>
      malformed(fencesOf("a.md", `\`\`\`ts\n${code}\n\`\`\`\n`)[0]) ?? "";
    expect(of("console.log(1);")).toStartWith("no `// → output` line");
    expect(of('import { a } from "./a.ts";\n// → 1')).toStartWith("imports a relative path");
    expect(malformed(docExamplesOf("a.ts", "/**\n * @example x()\n */")[0])).toStartWith(
      "@example has no",
    );
    expect(of("console.log(1);\n// → 1")).toBe("");
  });

  test("sees output that differs, output that is missing, and a failing process", async () => {
    const run = (code: string): ReturnType<typeof runExample> =>
      runExample({ at: `self_${code.length}`, code, expected: [] });
    expect((await run("console.log('a\\n\\nb');")).lines).toEqual(["a", "", "b"]);
    expect((await run("const quiet = 1;")).lines).toEqual([]);
    expect((await run("process.exit(3);")).error).toStartWith("exit code 3");
  });
});
