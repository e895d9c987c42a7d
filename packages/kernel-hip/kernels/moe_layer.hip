// The element-wise steps of a layer: SiLU(gate) * up between the GEMMs, and the weighted sum over a token's experts.
// Rows are routes in flat order. A route whose expert is out of range has no row: nothing of it is read, and its activations
// are zeros, as the row sums of the second GEMM read every row.
#include "common/element.h"

constexpr u32 LAYER_THREADS = 256;
constexpr f32 LOG2_E = 1.44269504088896340736f;

// Grid of both kernels: (ceil(width / 2048), step), each thread 8 columns of every step-th row.
struct ActivateArgs {
  const u16 *gate_up;  // T [rows, 2 * width], gate columns first
  const i32 *topk_ids; // [rows]
  u16 *out;            // T [rows, width]; every row is written
  u32 rows;            // routes
  u32 step;
  u32 num_experts;
  u32 width;           // a multiple of 8
};

struct CombineArgs {
  const u16 *down;     // T [rows * top_k, width]
  const i32 *topk_ids; // [rows * top_k]
  const f32 *weights;  // [rows * top_k]
  u16 *out;            // T [rows, width]; every row is written
  u32 rows;            // tokens
  u32 step;
  u32 num_experts;
  u32 width;           // a multiple of 8
  u32 top_k;
};

struct Eight {
  f32 at[8];
};

template <class T> DEVICE Eight load8(const u16 *from) {
  const u32x4 pairs = load16((Bytes)from);
  Eight values;
  for (u32 i = 0; i < 8; i++) values.at[i] = T::widen(u16(pairs[i / 2] >> i % 2 * 16));
  return values;
}

template <class T> DEVICE void store8(u16 *to, const Eight &values) {
  u32x4 pairs;
  for (u32 i = 0; i < 4; i++) pairs[i] = T::round(values.at[2 * i]) | u32(T::round(values.at[2 * i + 1])) << 16;
  store16(to, pairs);
}

DEVICE f32 silu(f32 x) { return x * fast_reciprocal(1 + fast_exp2(x * -LOG2_E)); }

DEVICE u32 column() { return (group_x() * LAYER_THREADS + thread_id()) * 8; }

template <class T> DEVICE void activate(const ActivateArgs &args) {
  if (column() >= args.width) return;
  for (u64 row = group_y(); row < args.rows; row += args.step) {
    u16 *out = args.out + row * args.width + column();
    if (u32(args.topk_ids[row]) >= args.num_experts) {
      store8<T>(out, {});
      continue;
    }
    const u16 *gate = args.gate_up + row * 2 * args.width + column();
    const Eight up = load8<T>(gate + args.width);
    Eight values = load8<T>(gate);
    for (u32 i = 0; i < 8; i++) values.at[i] = silu(values.at[i]) * up.at[i];
    store8<T>(out, values);
  }
}

template <class T> DEVICE void combine(const CombineArgs &args) {
  if (column() >= args.width) return;
  for (u64 row = group_y(); row < args.rows; row += args.step) {
    Eight sum = {};
    for (u64 route = row * args.top_k; route < (row + 1) * args.top_k; route++) {
      if (u32(args.topk_ids[route]) >= args.num_experts) continue;
      const Eight values = load8<T>(args.down + route * args.width + column());
      const f32 weight = args.weights[route];
      for (u32 i = 0; i < 8; i++) sum.at[i] = multiply_add(weight, values.at[i], sum.at[i]);
    }
    store8<T>(args.out + row * args.width + column(), sum);
  }
}

KERNEL(LAYER_THREADS, 8) moe_activate_bf16(ActivateArgs args) { ON_TARGET(activate<Bf16Bits>(args)); }
KERNEL(LAYER_THREADS, 8) moe_activate_f16(ActivateArgs args) { ON_TARGET(activate<F16Bits>(args)); }
KERNEL(LAYER_THREADS, 8) moe_combine_bf16(CombineArgs args) { ON_TARGET(combine<Bf16Bits>(args)); }
KERNEL(LAYER_THREADS, 8) moe_combine_f16(CombineArgs args) { ON_TARGET(combine<F16Bits>(args)); }
