// Reads how many tests passed and failed out of what the test runners print.
import type { Finished, Outcome } from "./_steps.ts";

/**
 * Outcome of `bun test`: its closing lines are ` 3 pass`, ` 0 fail` and, where it applies, ` 1 skip`, ` 1 todo`, ` 1 error`.
 * What `test/_testWhere.ts` left out has a line each.
 */
export function bunOutcome(finished: Finished): Outcome {
  const count = (word: string): number => {
    const found = [...finished.output.matchAll(new RegExp(`^\\s*(\\d+) ${word}s?$`, "gm"))].at(-1);
    return found ? Number(found[1]) : 0;
  };
  const passed = count("pass");
  const failed = count("fail");
  const leftOut = count("skip") + count("todo");
  const notRun = [...finished.output.matchAll(/^left out, as it needs (.+)$/gm)].map(
    ([, what]) => what,
  );
  const ran = /^Ran [1-9]\d* tests? across/m.test(finished.output);
  return {
    ok: finished.ok && ran && failed === 0 && leftOut === 0 && count("error") === 0,
    note: [
      `${passed} tests passed, ${failed} failed${leftOut > 0 ? `, ${leftOut} left out` : ""}`,
      ...(notRun.length > 0 ? [`NOT RUN: ${notRun.join("; ")}`] : []),
    ].join("; "),
    output: failures(finished.output),
    testsPassed: passed,
    testsFailed: failed,
  };
}

/** Outcome of `cargo test`: one `test result:` line for each test binary. */
export function cargoOutcome(finished: Finished): Outcome {
  const results = [
    ...finished.output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm),
  ];
  const sum = (group: number): number => results.reduce((total, r) => total + Number(r[group]), 0);
  const passed = sum(1);
  const failed = sum(2);
  return {
    ok: finished.ok && results.length > 0 && failed === 0,
    note: `${passed} tests passed, ${failed} failed`,
    output: finished.output,
    testsPassed: passed,
    testsFailed: failed,
  };
}

/** The log without the tests that passed and without the names of files in which all did. */
function failures(output: string): string {
  return output
    .replaceAll(/^(?:✓|\(pass\)) .*\n/gm, "")
    .replaceAll(/^\S+\.test\.ts:\n\n?(?=\S+\.test\.ts:|\n|\d+ tests? failed| *\d+ pass)/gm, "");
}
