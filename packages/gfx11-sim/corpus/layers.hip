// Layers of a model: normalisation, activation, sparse and elementwise work on floats.
#include "prelude.h"

static inline __device__ f32 from_lane(f32 value, u32 lane) {
  return __builtin_bit_cast(f32, __builtin_amdgcn_ds_bpermute(lane * 4, __builtin_bit_cast(u32, value)));
}

static inline __device__ f32 lane_sum(f32 value) {
  for (u32 mask = 16; mask > 0; mask >>= 1) value += from_lane(value, lane_id() ^ mask);
  return value;
}

static inline __device__ f32 lane_max(f32 value) {
  for (u32 mask = 16; mask > 0; mask >>= 1) value = __builtin_fmaxf(value, from_lane(value, lane_id() ^ mask));
  return value;
}

// The sum over a workgroup of 128 threads, in every thread.
static inline __device__ f32 group_sum(f32 value, f32 *part) {
  value = lane_sum(value);
  barrier();
  if (lane_id() == 0) part[thread_id() / 32] = value;
  barrier();
  return (part[0] + part[1]) + (part[2] + part[3]);
}

static inline __device__ f32 bf16_to_f32(u16 bits) { return __builtin_bit_cast(f32, (u32)bits << 16); }

// Rounds to nearest even; NaN stays NaN.
static inline __device__ u16 f32_to_bf16(f32 value) {
  u32 bits = __builtin_bit_cast(u32, value);
  if (value != value) return (u16)(bits >> 16 | 0x40);
  return (u16)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// One wave a row.
extern "C" __global__ void softmax(f32 *out, const f32 *in, u32 columns) {
  u32 row = global_id() / 32;
  in += row * columns, out += row * columns;
  f32 most = -__builtin_inff(), sum = 0;
  for (u32 i = lane_id(); i < columns; i += 32) most = __builtin_fmaxf(most, in[i]);
  most = lane_max(most);
  for (u32 i = lane_id(); i < columns; i += 32) sum += __builtin_amdgcn_exp2f((in[i] - most) * 1.44269504f);
  sum = lane_sum(sum);
  for (u32 i = lane_id(); i < columns; i += 32) out[i] = __builtin_amdgcn_exp2f((in[i] - most) * 1.44269504f) / sum;
}

// One workgroup of 128 threads a row of bf16.
extern "C" __global__ void layer_norm(u16 *out, const u16 *in, const f32 *weight, const f32 *bias, u32 columns, f32 epsilon) {
  __shared__ f32 part[4];
  in += block_id() * columns, out += block_id() * columns;
  f32 sum = 0, squares = 0;
  for (u32 i = thread_id(); i < columns; i += 128) sum += bf16_to_f32(in[i]);
  f32 mean = group_sum(sum, part) / (f32)columns;
  for (u32 i = thread_id(); i < columns; i += 128) {
    f32 difference = bf16_to_f32(in[i]) - mean;
    squares = __builtin_fmaf(difference, difference, squares);
  }
  f32 scale = 1.0f / __builtin_sqrtf(group_sum(squares, part) / (f32)columns + epsilon);
  for (u32 i = thread_id(); i < columns; i += 128)
    out[i] = f32_to_bf16(__builtin_fmaf((bf16_to_f32(in[i]) - mean) * scale, weight[i], bias[i]));
}

extern "C" __global__ void silu_mul(u16 *out, const u16 *gate_up, u32 columns) {
  u32 row = global_id() / columns, column = global_id() % columns;
  f32 gate = bf16_to_f32(gate_up[row * 2 * columns + column]);
  f32 up = bf16_to_f32(gate_up[row * 2 * columns + columns + column]);
  out[global_id()] = f32_to_bf16(gate / (1.0f + __builtin_amdgcn_exp2f(gate * -1.44269504f)) * up);
}

// y = A x for a matrix of compressed rows, one wave a row.
extern "C" __global__ void spmv(f32 *y, const u32 *row_starts, const u32 *columns, const f32 *values, const f32 *x) {
  u32 row = global_id() / 32;
  f32 sum = 0;
  for (u32 i = row_starts[row] + lane_id(); i < row_starts[row + 1]; i += 32)
    sum = __builtin_fmaf(values[i], x[columns[i]], sum);
  sum = lane_sum(sum);
  if (lane_id() == 0) y[row] = sum;
}

// The weighted sum of each token's experts, in f64.
extern "C" __global__ void combine(f64 *out, const f32 *rows, const f64 *weights, u32 columns, u32 top_k) {
  u32 token = block_id();
  for (u32 column = thread_id(); column < columns; column += block_size()) {
    f64 sum = 0;
    for (u32 k = 0; k < top_k; ++k) sum += (f64)rows[(token * top_k + k) * columns + column] * weights[token * top_k + k];
    out[token * columns + column] = sum;
  }
}
