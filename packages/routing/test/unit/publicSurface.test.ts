import { expect, test } from "bun:test";
import * as routing from "@moe/routing";

test("the public surface is exactly these names", () => {
  expect(Object.keys(routing).sort()).toEqual([
    "ARCHETYPES",
    "DEFAULT_COLD",
    "NumpyStream",
    "PLACEMENTS",
    "RoutingError",
    "archetypeLabel",
    "expertCounts",
    "expertOfRank",
    "loadStats",
    "numpyStream",
    "parseArchetype",
    "popularity",
    "routingHash",
    "synthTopk",
    "synthTopkStream",
  ]);
});
