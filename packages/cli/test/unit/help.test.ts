import { readFileSync } from "node:fs";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { expect, test } from "bun:test";
import { examplesOf } from "../../src/help/examples.ts";
import { commandPage } from "../../src/help/markdown.ts";
import { createProgram } from "../../src/program.ts";

const program = createProgram(() => {});
const commands = descendants(program.commands.filter((command) => command.name() !== "complete"));

/** Commands and those below them. */
function descendants(all: readonly CommandUnknownOpts[]): CommandUnknownOpts[] {
  return all.flatMap((command) => [command, ...descendants(command.commands)]);
}

test("docs/cli.md is what the command tree says", () => {
  const page = readFileSync(new URL("../../../../docs/cli.md", import.meta.url), "utf8");
  expect(page).toBe(commandPage());
});

test.each(commands.map((command) => [command.name(), command] as const))(
  "%s has a summary, examples, and a text for every option",
  (_name, command) => {
    expect(command.summary()).toEndWith(".");
    expect(examplesOf(command).length).toBeGreaterThan(0);
    for (const option of command.options) expect(option.description).not.toBe("");
  },
);

test("every example is a line that its command accepts", async () => {
  const lines = [program, ...commands].flatMap((command) =>
    examplesOf(command).map(([line]) => line),
  );
  for (const line of lines) {
    const words = line
      .replace(/^source <\(|\)$/g, "")
      .replace(/^generate-launch \| /, "")
      .split(/ [|>]/)[0]
      .trim()
      .split(" ");
    let chosen = 0;
    await createProgram(() => void chosen++).parseAsync(words.slice(1), { from: "user" });
    expect([line, chosen]).toEqual([line, 1]);
  }
});

test("every option with a value reads a variable of its name, files and filter excepted", () => {
  const without = commands
    .flatMap((command) => command.options)
    .filter((option) => option.required && option.envVar === undefined)
    .map((option) => option.long);
  expect(without).toEqual(["--filter", "--output", "--resume", "--kernel", "--kernel"]);
});
