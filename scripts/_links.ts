// Finds links in Markdown whose file or heading does not exist.
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import { gitFiles, ROOT } from "./_workspace.ts";

/** Sentences about every broken relative link or anchor in the Markdown files of the repository. */
export function brokenLinks(files: readonly string[] = gitFiles("*.md") ?? []): string[] {
  return files.flatMap((file) => brokenIn(join(ROOT, file)));
}

/** The same for one file. */
export function brokenIn(file: string): string[] {
  const problems: string[] = [];
  for (const target of linkTargets(readFileSync(file, "utf8"))) {
    if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
    const problem = problemOf(file, decodeURIComponent(target));
    if (problem) problems.push(`${relative(ROOT, file)}: (${target}) ${problem}`);
  }
  return problems;
}

function problemOf(file: string, target: string): string | undefined {
  const [path = "", anchor] = target.split("#", 2);
  const at = path === "" ? file : join(dirname(file), path);
  if (!existsSync(at)) return `points to ${relative(ROOT, at)}, which does not exist`;
  if (anchor === undefined || statSync(at).isDirectory() || !at.endsWith(".md")) return undefined;
  if (anchors(readFileSync(at, "utf8")).has(anchor)) return undefined;
  return `names the heading #${anchor}, which ${relative(ROOT, at)} does not have`;
}

/** Targets of inline links and images and of reference definitions, code left out. */
export function linkTargets(markdown: string): string[] {
  const prose = withoutCode(markdown);
  const inline = [
    ...prose.matchAll(/\]\(\s*<?((?:[^()<>\s]|\([^()\s]*\))+)>?(?:\s+"[^"]*")?\s*\)/g),
  ];
  const references = [...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s+<?(\S+?)>?\s*$/gm)];
  return [...inline, ...references].map((match) => match[1]);
}

/** Heading anchors after GitHub's rule: lower case, punctuation removed, spaces to hyphens, repeats numbered. */
export function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const match of markdown.replaceAll(FENCE, "").matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const text = match[1].replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[`*]/g, "");
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    const repeat = seen.get(slug) ?? 0;
    seen.set(slug, repeat + 1);
    found.add(repeat === 0 ? slug : `${slug}-${repeat}`);
  }
  return found;
}

const FENCE = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[ \t]*$/gm;

function withoutCode(markdown: string): string {
  return markdown.replaceAll(FENCE, "").replaceAll(/(`+)[^`][\s\S]*?\1/g, "");
}
