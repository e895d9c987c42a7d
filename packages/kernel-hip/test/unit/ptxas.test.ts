import { describe, expect, test } from "bun:test";
import { parsePtxas, ptxasComplaints } from "../../scripts/_ptxas.ts";

/** As nvcc 13.0 writes it. */
const LOG = `ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'moe_plan' for 'sm_90a'
ptxas info    : Function properties for moe_plan
    8 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 29 registers, used 1 barriers, 8 bytes cumulative stack size, 128 bytes smem
ptxas info    : Compile time = 62.258 ms
ptxas info    : Function properties for _ZN3moe11scanThreadsEyPyRy
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Compiling entry function 'moe_gemm' for 'sm_90a'
ptxas info    : Function properties for moe_gemm
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 168 registers, used 1 barriers
`;

describe("what ptxas says", () => {
  test("is read for every kernel, in the order of their names", () => {
    const none = { spillStoreBytes: 0, spillLoadBytes: 0 };
    expect(parsePtxas(LOG)).toEqual([
      { name: "moe_gemm", registers: 168, sharedBytes: 0, stackBytes: 0, ...none },
      { name: "moe_plan", registers: 29, sharedBytes: 128, stackBytes: 8, ...none },
    ]);
  });

  test("is an error where it is not as expected", () => {
    expect(() => parsePtxas("nothing")).toThrow("ptxas told of no kernel");
    expect(() => parsePtxas(LOG.replace("Used 168 registers", "Used some registers"))).toThrow(
      "ptxas did not say all of moe_gemm",
    );
  });

  test("refuses a build with spills, serialized multiplications, or a stack that may not be", () => {
    expect(ptxasComplaints(LOG, true)).toEqual([]);
    expect(ptxasComplaints(LOG, false)).toEqual([
      "    8 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads",
    ]);
    const spilled = LOG.replace("0 bytes spill loads", "24 bytes spill loads");
    expect(ptxasComplaints(spilled, true)).toHaveLength(1);
    const serial =
      "ptxas info    : (C7512) Potential Performance Loss: wgmma.mma_async is serialized";
    expect(ptxasComplaints(`${LOG}${serial}\n`, true)).toEqual([serial]);
  });
});
