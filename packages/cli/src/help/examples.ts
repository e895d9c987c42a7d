/** Examples of commands, shown first in their help and in docs/cli.md. */

import type { CommandLike } from "../context.ts";

/** A command line and what it is for. */
export type Example = readonly [line: string, why: string];

const EXAMPLES = new WeakMap<object, readonly Example[]>();

/** Attaches examples to a command. */
export function withExamples<C extends CommandLike>(command: C, examples: readonly Example[]): C {
  EXAMPLES.set(command, examples);
  return command;
}

/** The examples of a command, none where it has none. */
export function examplesOf(command: CommandLike): readonly Example[] {
  return EXAMPLES.get(command) ?? [];
}
