import { expect, test } from "bun:test";
import * as cli from "../../src/index.ts";

test("the package exports these names and no others", () => {
  expect(Object.keys(cli).toSorted()).toEqual(["CliError", "ClosedPipe", "EXIT", "runCli"]);
});
