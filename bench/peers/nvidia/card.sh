#!/usr/bin/env bash
# All that a card has to show, in one command: kernels and layer against f64 and under the sanitizer, the sweep and its
# repetition, A/A, both ways to a cold L2, the peers, Triton's own clock, counters. A step that fails does not stop the others.
#
# usage: card.sh BUNDLE OUT [STEP ...]
#   BUNDLE  what `bun run bundle:gpu` wrote
#   OUT     folder for results (.jsonl, .json) and the log of each step
# MOE_CUBINS names the folder of the kernels for check, peers, sanitizers and counters; without it, Hopper's.
set -uo pipefail

[ $# -ge 2 ] || { sed -n '5,8s/^# //p' "$0" >&2; exit 2; }
moe=$(realpath "$1")/moe-bench
mkdir -p "$2"
out=$(realpath "$2")
steps=("${@:3}")
cubins=$(realpath "${MOE_CUBINS:-$(dirname "${BASH_SOURCE[0]}")/../../../packages/kernel-hip/prebuilt/cuda/sm_90a}")
cd "$(dirname "${BASH_SOURCE[0]}")"
metrics=gpu__time_duration.sum,dram__throughput.avg.pct_of_peak_sustained_elapsed
metrics+=,sm__pipe_tensor_cycles_active.avg.pct_of_peak_sustained_active,lts__t_sector_hit_rate.pct
failed=0

# step NAME SECONDS COMMAND...
step() {
  local name=$1 limit=$2 code
  shift 2
  [ ${#steps[@]} -eq 0 ] || [[ " ${steps[*]} " == *" $name "* ]] || return 0
  local before=$SECONDS
  timeout "$limit" "$@" >"$out/$name.log" 2>&1
  code=$?
  [ $code -eq 0 ] || failed=$((failed + 1))
  printf '%-10s %4d s  exit %d\n' "$name" $((SECONDS - before)) $code
  tail -n 4 "$out/$name.log" | sed 's/^/    /'
}

step devices 60 "$moe" devices
step check 300 python3 check.py "$cubins"
step layer 300 "$moe" check --backend cuda
step sweep 300 "$moe" run --backend cuda --output "$out/sweep.jsonl"
step again 300 "$moe" run --backend cuda --output "$out/again.jsonl"
step compare 30 "$moe" compare "$out/sweep.jsonl" "$out/again.jsonl"
step aa 300 "$moe" run --backend cuda --aa --output "$out/aa.jsonl"
step rotate 300 "$moe" run --backend cuda --cache rotate --output "$out/rotate.jsonl"
step peers 900 python3 main.py "$cubins" --peers grouped,humming,sweep,triton --json "$out/peers.json"
step do_bench 120 python3 do_bench.py "$out/sweep.jsonl"
step memcheck 300 compute-sanitizer --report-api-errors no --kernel-regex kns=moe_ python3 check.py "$cubins" few
step racecheck 300 compute-sanitizer --tool racecheck --kernel-regex kns=moe_ python3 check.py "$cubins" few
step layerrace 600 compute-sanitizer --tool racecheck --kernel-regex kns=moe_ "$moe" check --backend cuda
step counters 300 ncu --clock-control none --kernel-name regex:moe_w4a16 --metrics $metrics \
  python3 main.py "$cubins" --peers none --tokens 16,1024,4096 --archetypes balanced,zipf1,hot16 --rounds 1
echo "failed steps: $failed; results are in $out"
exit $((failed > 0))
