import { expect, test } from "bun:test";
import { cli } from "../_spawn.ts";

test.each([
  [
    "a misspelt command",
    "mpa",
    'unknown command "mpa"\n  allowed: map, run, compare, check, sim, devices, presets, completion, help\n  next: did you mean map?',
  ],
  [
    "a misspelt command of help",
    "help rnu",
    'unknown command "rnu"\n  allowed: map, run, compare, check, sim, devices, presets, completion, help\n  next: did you mean run?',
  ],
  [
    "a misspelt flag",
    "map --tokenz 5",
    "unknown option --tokenz\n  next: did you mean --tokens? moe-bench map --help lists all options",
  ],
  [
    "a misspelt global flag with a value",
    "map --colour=never",
    "unknown option --colour\n  next: did you mean --color? moe-bench map --help lists all options",
  ],
  [
    "a flag like no other",
    "map --xyzzy",
    "unknown option --xyzzy\n  next: moe-bench map --help lists all options",
  ],
  [
    "a flag of another command",
    "map --backend cpu",
    "unknown option --backend\n  next: moe-bench map --help lists all options",
  ],
  [
    "a flag without its value",
    "map --tokens",
    "-t, --tokens <list> needs a value\n  next: moe-bench map --help",
  ],
  [
    "an argument where there is none",
    "map foo",
    'unexpected argument "foo"\n  next: values belong to options, as in --tokens 16,64; moe-bench map --help lists them',
  ],
  [
    "a missing argument",
    "completion",
    "moe-bench completion needs the argument <shell>\n  next: moe-bench completion --help",
  ],
  [
    "a misspelt shell",
    "completion bsh",
    'completion: unknown value "bsh"\n  allowed: bash, zsh, fish, powershell\n  next: did you mean bash?',
  ],
  [
    "a misspelt archetype",
    "map -a zpif1",
    '--archetypes: unknown value "zpif1"\n  allowed: balanced, uniform, zipf1, zipf2, hot16, zipf:<s>, hot:<k>, hot:<k>:<cold>, dirichlet:<alpha>\n  next: did you mean zipf1?',
  ],
  [
    "a misspelt sampler",
    "map --sampler numpi",
    '--sampler: unknown value "numpi"\n  allowed: fast, numpy\n  next: did you mean numpy?',
  ],
  [
    "a token count of zero",
    "map -t 16,0",
    '--tokens: "0" is not allowed\n  allowed: an integer from 1 to 2147483647',
  ],
  [
    "two output forms",
    "map --tsv --json",
    "--tsv and --json cannot be combined\n  allowed: one of --tsv, --json, --plot",
  ],
  [
    "two output forms of run",
    "run --jsonl --json",
    "--json and --jsonl cannot be combined\n  allowed: --json for one document at the end, --jsonl for a line a cell",
  ],
  [
    "a misspelt backend",
    "run --backend cppu",
    '--backend: unknown value "cppu"\n  allowed: cpu, portable, sim, hip, cuda\n  next: did you mean cpu?',
  ],
  [
    "a misspelt preset",
    "run --preset mixtral-8x7",
    '--preset: unknown value "mixtral-8x7"\n  allowed: qwen3.5-35b-a3b, qwen3-30b-a3b, qwen3-235b-a22b, mixtral-8x7b, deepseek-v3, kimi-k2, gpt-oss-120b\n  next: did you mean mixtral-8x7b?',
  ],
  [
    "a third GEMM",
    "run --gemm 3",
    '--gemm: unknown value "3"\n  allowed: 1, 2\n  next: did you mean 1?',
  ],
  [
    "a file of another kind",
    "run -o out.csv",
    '--output: "out.csv" has another ending\n  allowed: a file name that ends in .jsonl or .json',
  ],
  [
    "a cache mode that a CPU does not have",
    "run --cache rotate",
    "--cache rotate does not fit the backend cpu\n  allowed: read, write, warm\n  next: leave it out to use read",
  ],
  [
    "a cache mode that a GPU does not have",
    "run --backend cuda --cache read",
    "--cache read does not fit the backend cuda\n  allowed: write, rotate, warm\n  next: leave it out to use write",
  ],
  [
    "an A/A run of what is counted",
    "run --backend sim --aa",
    "--aa does not fit the backend sim\n  allowed: --threads, --arch, --triton-config\n  next: leave it out, or use --backend cpu, portable, hip, cuda",
  ],
  [
    "a rival in an A/A run",
    "run --backend hip --aa --triton-config best_m32",
    "option '--aa' cannot be used with option '--triton-config <name>'\n  next: moe-bench run --help",
  ],
  [
    "a share in percent",
    "compare a.jsonl b.jsonl --at-least 95",
    '--at-least: "95" is not allowed\n  allowed: a number from 0 to 1',
  ],
  [
    "a result file that is not there",
    "compare no/such.jsonl b.jsonl",
    "\"no/such.jsonl\" cannot be read\n  allowed: a result file of run --output\n  next: ENOENT: no such file or directory, open 'no/such.jsonl'",
  ],
  [
    "a repetition without its first run",
    "compare a.jsonl",
    "moe-bench compare needs the argument <second>\n  next: moe-bench compare --help",
  ],
  [
    "a pattern that matches nothing",
    "run --filter gemm3",
    "--filter: the pattern selects no cell\n  allowed: a pattern that leaves a full grid of GEMMs, archetypes and T\n  next: ids are like gemm1/balanced/T16",
  ],
  [
    "a pattern that leaves holes",
    "run --filter gemm1/zipf1/T64|gemm2/hot16/T16",
    "--filter: the pattern selects 2 cells of a grid of 8\n  allowed: a pattern that leaves a full grid of GEMMs, archetypes and T\n  next: match whole rows and columns, or use --gemm, --archetypes and --tokens",
  ],
])(
  "%s is answered on stderr with what, allowed and next, and exit code 2",
  (_title, line, message) => {
    const { code, out, err } = cli(line.split(" "));
    expect(err).toBe(`moe-bench: ${message}\n`);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  },
);

test("a value from the environment is named as such", () => {
  expect(cli(["map"], { MOE_BENCH_TOKENS: "x" }).err).toEndWith(
    "\n  from: the environment variable MOE_BENCH_TOKENS\n",
  );
  expect(cli(["map", "--tokens", "y"], { MOE_BENCH_TOKENS: "x" }).err).not.toContain("from:");
});

test("a flag wins over its variable, the variable over the default", () => {
  const tokens = (args: string[]) =>
    JSON.parse(cli(["map", "--json", ...args], { MOE_BENCH_TOKENS: "7" }).out).parameters.tokens;
  expect(tokens([])).toEqual([7]);
  expect(tokens(["-t", "9"])).toEqual([9]);
});

test("a library's own message is shown whole, without a stack", () => {
  const { code, err } = cli(["map", "--top-k", "300"]);
  expect(err).toBe(
    "moe-bench: topK is 300; allowed is an integer from 1 to numExperts, which is 256.\n",
  );
  expect(code).toBe(2);
});

test("--debug adds the stack", () => {
  expect(cli(["map", "--top-k", "300", "--debug"]).err).toMatch(/\n\s+at /);
});

test("no command prints the help on stderr and is a usage error", () => {
  const { code, out, err } = cli([]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain("Examples:\n");
});
