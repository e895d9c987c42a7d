/** Preload: whoever imports one of these modules fails. */

import { plugin } from "bun";

const FORBIDDEN = [
  "@moe/bench",
  "@moe/kernel-cpu",
  "@moe/gfx11-sim",
  "@moe/kernel-hip",
  "zod",
  "mitata",
  "@bomb.sh/tab",
];

plugin({
  name: "forbid",
  setup(build) {
    for (const name of FORBIDDEN) {
      build.module(name, () => {
        throw new Error(`${name} was loaded`);
      });
    }
  },
});
