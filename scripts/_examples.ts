// Finds every example of the documentation and runs it. An example is a ```ts fence in a README, in docs/, or below
// `@example` in a source file; the lines that it prints stand below it as comments: // → line.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { BUN, childEnv, gitFiles, ROOT } from "./_workspace.ts";

/** One runnable snippet. */
export interface Example {
  /** `file:line` of the snippet's first line. */
  at: string;
  code: string;
  /** Lines that it has to print. */
  expected: string[];
}

const FENCE = /^([ \t]*)```ts[ \t]*\n([\s\S]*?)^[ \t]*```[ \t]*$/gm;
const RESULT = /\/\/ →(?: (.*))?$/;

/** All examples of the repository. */
export function allExamples(): Example[] {
  const guides = gitFiles("README.md", "packages/*/README.md", "docs/*.md") ?? [];
  const sources = (gitFiles("packages/*/src/**.ts") ?? []).filter((file) =>
    /^[^/]+\/[^/]+\/src\//.test(file),
  );
  const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
  return [
    ...guides.flatMap((file) => fencesOf(file, read(file))),
    ...sources.flatMap((file) => docExamplesOf(file, read(file))),
  ];
}

/** Fences of one Markdown text. */
export function fencesOf(file: string, markdown: string, firstLine = 1): Example[] {
  return [...markdown.matchAll(FENCE)].map((match) => {
    const line = firstLine + lineCount(markdown.slice(0, match.index)) + 1;
    const indent = match[1].length;
    const code = match[2]
      .split("\n")
      .map((text) => text.slice(Math.min(indent, leading(text))))
      .join("\n");
    return { at: `${file}:${line}`, code, expected: expectedLines(code) };
  });
}

/** Fences below `@example` in the doc comments of one source file. An `@example` without a fence has empty code. */
export function docExamplesOf(file: string, source: string): Example[] {
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const text = comment[0].replaceAll(/^[ \t]*(?:\/\*\*|\*\/|\* ?)/gm, "").replace(/\*\/$/, "");
    const start = lineCount(source.slice(0, comment.index)) + 1;
    return exampleTags(text).flatMap(({ body, line }) => {
      const found = fencesOf(file, body, start + line);
      return found.length > 0 ? found : [{ at: `${file}:${start + line}`, code: "", expected: [] }];
    });
  });
}

function exampleTags(comment: string): { body: string; line: number }[] {
  return [...comment.matchAll(/^@example\b[\s\S]*?(?=^@\w|(?![\s\S]))/gm)].map((match) => ({
    body: match[0],
    line: lineCount(comment.slice(0, match.index)),
  }));
}

function expectedLines(code: string): string[] {
  return code.split("\n").flatMap((line) => {
    const found = RESULT.exec(line);
    return found ? [found[1] ?? ""] : [];
  });
}

/** What is wrong with the text of an example before it runs, if anything. */
export function malformed(example: Example): string | undefined {
  if (example.code.trim() === "") return "@example has no ```ts fence with code";
  if (example.expected.length === 0)
    return "no `// → output` line: print something, or use another fence language";
  if (/\bfrom\s+["']\.|\bimport\(\s*["']\./.test(example.code))
    return "imports a relative path: use the package name";
  return undefined;
}

/** Where snippets are written: below node_modules, so that they see what a user of the packages sees. */
export const SNIPPETS: string = join(ROOT, "node_modules", ".cache", "examples");

/** Writes the snippet to a file of its own. */
export function writeExample(example: Example): string {
  mkdirSync(SNIPPETS, { recursive: true });
  const path = join(SNIPPETS, `${example.at.replaceAll(/[^\w-]/g, "_")}.ts`);
  writeFileSync(path, `${example.code}\nexport {};\n`);
  return path;
}

/** Runs one example in a process of its own and returns what it printed. */
export async function runExample(example: Example): Promise<{ lines: string[]; error: string }> {
  const child = Bun.spawn([BUN, writeExample(example)], {
    cwd: ROOT,
    env: childEnv({ NO_COLOR: "1", FORCE_COLOR: "0" }),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
  });
  const [out, error] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const code = await child.exited;
  const lines =
    out === ""
      ? []
      : out
          .replace(/\n$/, "")
          .split("\n")
          .map((line) => line.trimEnd());
  return { lines, error: code === 0 ? "" : `exit code ${code}\n${error}` };
}

function lineCount(text: string): number {
  return text.split("\n").length - 1;
}

function leading(text: string): number {
  return text.length - text.trimStart().length;
}
