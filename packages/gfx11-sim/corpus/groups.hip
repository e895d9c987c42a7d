// Reductions, scans and sorts of a workgroup: LDS, barriers and lane operations together.
#include "prelude.h"

static inline __device__ u32 lane_sum(u32 value) {
  for (u32 mask = 16; mask > 0; mask >>= 1) value += __builtin_amdgcn_ds_bpermute((lane_id() ^ mask) * 4, value);
  return value;
}

// The sum of each workgroup of up to 1024 threads.
extern "C" __global__ void reduce(u32 *out, const u32 *in) {
  __shared__ u32 part[32];
  u32 wave = thread_id() / 32, waves = (block_size() + 31) / 32;
  u32 sum = lane_sum(in[global_id()]);
  if (lane_id() == 0) part[wave] = sum;
  barrier();
  if (wave != 0) return;
  sum = lane_sum(lane_id() < waves ? part[lane_id()] : 0);
  if (lane_id() == 0) out[block_id()] = sum;
}

// The exclusive prefix sum of each workgroup of 256 threads (Hillis and Steele).
extern "C" __global__ void scan(u32 *out, const u32 *in) {
  __shared__ u32 sums[2][256];
  u32 t = thread_id(), from = 0, own = in[global_id()];
  sums[0][t] = own;
  for (u32 step = 1; step < 256; step *= 2) {
    barrier();
    sums[from ^ 1][t] = t >= step ? sums[from][t] + sums[from][t - step] : sums[from][t];
    from ^= 1;
  }
  out[global_id()] = sums[from][t] - own;
}

// Lanes with the same key take their turn together: what compilers do for a register index that differs by lane.
extern "C" __global__ void by_key(u32 *out, const u32 *in) {
  u32 key = in[global_id()] & 7, turns = 0, peers;
  while (true) {
    ++turns;
    u32 first = __builtin_amdgcn_readfirstlane(key);
    peers = __builtin_amdgcn_ballot_w32(key == first);
    if (key == first) break;
  }
  out[global_id()] = peers ^ turns << 27;
}

// Counts of 64 bins, gathered in LDS and added to what is in memory.
extern "C" __global__ void histogram(u32 *bins, const u32 *in, u32 n) {
  __shared__ u32 counts[64];
  if (thread_id() < 64) counts[thread_id()] = 0;
  barrier();
  for (u32 i = global_id(); i < n; i += block_size() * 4) __atomic_fetch_add(&counts[in[i] >> 26], 1, __ATOMIC_RELAXED);
  barrier();
  if (thread_id() < 64) __atomic_fetch_add(&bins[thread_id()], counts[thread_id()], __ATOMIC_RELAXED);
}

// Sorts 512 elements in each workgroup of 256 threads.
extern "C" __global__ void bitonic_sort(u32 *out, const u32 *in) {
  __shared__ u32 tile[512];
  u32 t = thread_id(), first = block_id() * 512;
  tile[t] = in[first + t];
  tile[t + 256] = in[first + t + 256];
  for (u32 size = 2; size <= 512; size *= 2)
    for (u32 stride = size / 2; stride > 0; stride /= 2) {
      barrier();
      u32 low = 2 * t - (t & (stride - 1)), high = low + stride;
      bool ascending = (low & size) == 0;
      u32 a = tile[low], b = tile[high];
      if ((a > b) == ascending) {
        tile[low] = b;
        tile[high] = a;
      }
    }
  barrier();
  out[first + t] = tile[t];
  out[first + t + 256] = tile[t + 256];
}

// The 8 largest of 64 scores for each wave, largest first; of equal ones the lower index. Ids, then scores.
extern "C" __global__ void top_k(u32 *ids, f32 *values, const f32 *scores) {
  u32 row = global_id() / 32, lane = lane_id();
  f32 mine[2] = {scores[row * 64 + lane], scores[row * 64 + 32 + lane]};
  for (u32 k = 0; k < 8; ++k) {
    bool upper = mine[1] > mine[0];
    f32 best = upper ? mine[1] : mine[0];
    u32 index = lane + (upper ? 32 : 0);
    for (u32 mask = 16; mask > 0; mask >>= 1) {
      u32 from = (lane ^ mask) * 4;
      f32 other = __builtin_bit_cast(f32, __builtin_amdgcn_ds_bpermute(from, __builtin_bit_cast(u32, best)));
      u32 other_index = __builtin_amdgcn_ds_bpermute(from, index);
      if (other > best || (other == best && other_index < index)) {
        best = other;
        index = other_index;
      }
    }
    if (index == lane) mine[0] = -__builtin_inff();
    if (index == lane + 32) mine[1] = -__builtin_inff();
    if (lane == k) {
      ids[row * 8 + k] = index;
      values[row * 8 + k] = best;
    }
  }
}

// One stable pass of a radix sort over 4 bits of a digit, within a workgroup of 256 threads.
extern "C" __global__ void radix_pass(u32 *out, const u32 *in, u32 shift) {
  __shared__ u32 counts[16][8];
  u32 t = thread_id(), wave = t / 32, key = in[global_id()], digit = key >> shift & 15, rank = 0;
  for (u32 d = 0; d < 16; ++d) {
    u32 same = __builtin_amdgcn_ballot_w32(digit == d);
    if (digit == d) rank = __builtin_amdgcn_mbcnt_lo(same, 0);
    if (lane_id() == 0) counts[d][wave] = __builtin_popcount(same);
  }
  barrier();
  if (t == 0) {
    u32 sum = 0;
    for (u32 i = 0; i < 128; ++i) {
      u32 count = counts[i / 8][i % 8];
      counts[i / 8][i % 8] = sum;
      sum += count;
    }
  }
  barrier();
  out[block_id() * 256 + counts[digit][wave] + rank] = key;
}

// 32 x 32 elements a workgroup of 32 x 8 threads; the matrix has 32 * grid columns.
extern "C" __global__ void transpose(u32 *out, const u32 *in, u32 rows, u32 columns) {
  __shared__ u32 tile[32][33];
  u32 x = __builtin_amdgcn_workitem_id_x(), y = __builtin_amdgcn_workitem_id_y();
  u32 bx = __builtin_amdgcn_workgroup_id_x() * 32, by = __builtin_amdgcn_workgroup_id_y() * 32;
  for (u32 i = 0; i < 32; i += 8)
    if (by + y + i < rows && bx + x < columns) tile[y + i][x] = in[(by + y + i) * columns + bx + x];
  barrier();
  for (u32 i = 0; i < 32; i += 8)
    if (bx + y + i < columns && by + x < rows) out[(bx + y + i) * rows + by + x] = tile[x][y + i];
}

// Spreads routes over experts: counts, offsets padded to blocks of 16, then each route's place, ascending within its expert.
// One workgroup of 256 threads, 32 experts; ids outside of them are no routes.
extern "C" __global__ void moe_align(u32 *sorted, u32 *block_experts, u32 *padded, const i32 *ids, u32 n) {
  __shared__ u32 counts[32], offsets[33];
  u32 t = thread_id(), lane = lane_id(), wave = t / 32;
  if (t < 32) counts[t] = 0;
  barrier();
  for (u32 i = t; i < n; i += 256)
    if ((u32)ids[i] < 32) __atomic_fetch_add(&counts[ids[i]], 1, __ATOMIC_RELAXED);
  barrier();
  if (wave == 0) {
    u32 size = (counts[lane] + 15) / 16 * 16, sum = size;
    for (u32 step = 1; step < 32; step *= 2) {
      u32 below = __builtin_amdgcn_ds_bpermute((lane - step) * 4, sum);
      if (lane >= step) sum += below;
    }
    offsets[lane + 1] = sum;
    if (lane == 0) offsets[0] = 0;
    if (lane == 31) *padded = sum;
  }
  barrier();
  for (u32 i = offsets[0] + t; i < offsets[32]; i += 256) sorted[i] = n;
  for (u32 expert = wave; expert < 32; expert += 8)
    for (u32 block = offsets[expert] / 16 + lane; block < offsets[expert + 1] / 16; block += 32) block_experts[block] = expert;
  barrier();
  for (u32 expert = wave; expert < 32; expert += 8) {
    u32 at = offsets[expert];
    for (u32 first = 0; first < n; first += 32) {
      bool mine = first + lane < n && (u32)ids[first + lane] == expert;
      u32 all = __builtin_amdgcn_ballot_w32(mine);
      if (mine) sorted[at + __builtin_amdgcn_mbcnt_lo(all, 0)] = first + lane;
      at += __builtin_popcount(all);
    }
  }
}
