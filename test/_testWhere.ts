/** Tests that need something of the machine. */

import { test } from "bun:test";

/**
 * A test for machines that have what it needs. On others it is no test at all, and standard error says so: a skipped one
 * fails the check, as nobody should leave one behind.
 */
export function testWhere(
  isThere: boolean,
  needs: string,
  name: string,
  run: () => void | Promise<void>,
  timeout?: number,
): void {
  if (isThere) test(name, run, timeout);
  else console.error(`left out, as it needs ${needs}: ${name}`);
}
