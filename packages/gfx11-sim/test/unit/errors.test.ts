import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Gfx11SimError } from "../../src/index.ts";

const text = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const codesOf = (source: string): string[] => [
  ...new Set([...source.matchAll(/\bE_[A-Z0-9_]+/g)].map(([code]) => code)),
];

test("every code that the Rust side can give is declared and explained", () => {
  const native = ["device", "failure", "launch"].map((name) => text(`native/src/${name}.rs`));
  const rust = codesOf([text("core/src/error.rs"), ...native].join("\n"));
  expect(rust.length).toBeGreaterThan(20);
  const [explained, declared] = text("src/errors.ts").split("*/\nexport type Gfx11SimErrorCode");
  // Never seen by a caller: the rejection is the reason of the signal.
  const wanted = rust.filter((code) => code !== "E_ABORTED").sort();
  expect(codesOf(declared.split("/** Where and why")[0])).toEqual(expect.arrayContaining(wanted));
  expect(codesOf(explained)).toEqual(expect.arrayContaining(wanted));
});

test("an error is an Error with a code and details, and knows whether the kernel is at fault", () => {
  const error = new Gfx11SimError("E_POISON", "text", { lane: 3 });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: "Gfx11SimError", message: "text", details: { lane: 3 } });
  expect(error.isFinding).toBe(true);
  expect(new Gfx11SimError("E_OPTION", "text").isFinding).toBe(false);
  expect(new Gfx11SimError("E_UNIMPLEMENTED", "text").isFinding).toBe(false);
});
