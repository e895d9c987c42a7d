// Operations between the lanes of a wave, for the host, after the RDNA3 ISA document.
#pragma once

static inline u32 host_readlane(u32 value, u32 lane, u64 site = HOST_SITE) { return host_all_lanes(value, site)[lane % 32]; }

static inline u32 host_readfirstlane(u32 value, u64 site = HOST_SITE) {
  const u32 *all = host_all_lanes(value, site);
  return all[__builtin_ctz(host_active())];
}

static inline u32 host_ballot(bool holds, u64 site = HOST_SITE) {
  const u32 *all = host_all_lanes<u32>(holds, site);
  u32 mask = 0;
  for (u32 lane = 0; lane < 32; ++lane) mask |= all[lane] << lane;
  return mask;
}

// Inactive lanes give 0.
static inline u32 host_bpermute(u32 bytes, u32 value, u64 site = HOST_SITE) {
  return host_all_lanes(value, site)[bytes / 4 % 32];
}

static inline u32 host_mbcnt_lo(u32 mask, u32 base) { return __builtin_popcount(mask & ((1u << host_lane()) - 1)) + base; }

// The highest of the active lanes that push to a lane wins; 0 where none does.
static inline u32 host_permute(u32 bytes, u32 value, u64 site = HOST_SITE) {
  struct Push { u32 to, value; };
  const Push *all = host_all_lanes(Push{bytes / 4 % 32, value}, site);
  u32 result = 0;
  for (u32 lane = 0; lane < 32; ++lane)
    if (host_active() >> lane & 1 && all[lane].to == host_lane()) result = all[lane].value;
  return result;
}

static inline u32 host_swizzle(u32 value, u32 pattern, u64 site = HOST_SITE) {
  const u32 *all = host_all_lanes(value, site);
  u32 lane = host_lane(), low = pattern & 31, middle = pattern >> 5 & 31;
  if (pattern >= 0xe000) {
    u32 reversed = 0, ones = __builtin_popcount(low);
    for (u32 bit = 0; bit < 5; ++bit) reversed |= (lane >> bit & 1) << (4 - bit);
    return all[low == 31 ? lane : reversed >> ones | (lane & low)];
  }
  if (pattern >= 0xc000) {
    u32 turned = pattern >> 10 & 1 ? lane - middle : lane + middle;
    return all[(lane & low) | (turned & ~low & 31)];
  }
  if (pattern >= 0x8000) return all[lane / 4 * 4 + (pattern >> lane % 4 * 2) % 4];
  return all[((lane & low) | middle) ^ (pattern >> 10 & 31)];
}

// The value of a lane, if it is active or `inactive` lanes are read too; else 0 when `bound`, or the old value.
static inline u32 host_fetch(const u32 *all, i32 from, u32 old, bool inactive, bool bound) {
  bool valid = from >= 0 && (inactive || host_active() >> from & 1);
  return valid ? all[from] : bound ? 0 : old;
}

static inline i32 host_dpp_lane(u32 control) {
  i32 lane = host_lane(), row = lane & 16, place = lane & 15, count = control & 15;
  switch (control >> 4) {
    case 0x10: return place + count < 16 ? lane + count : -1;
    case 0x11: return place >= count ? lane - count : -1;
    case 0x12: return row + (place + 16 - count) % 16;
    case 0x14: return count == 0 ? row + 15 - place : lane / 8 * 8 + 7 - lane % 8;
    case 0x15: return row + count;
    case 0x16: return row + (place ^ count);
    default: return lane / 4 * 4 + (control >> lane % 4 * 2) % 4;
  }
}

static inline u32 host_update_dpp(u32 old, u32 value, u32 control, u32 rows, u32 banks, bool bound, u64 site = HOST_SITE) {
  const u32 *all = host_all_lanes(value, site);
  bool selected = rows >> host_lane() / 16 & banks >> host_lane() / 4 % 4 & 1;
  return selected ? host_fetch(all, host_dpp_lane(control), old, false, bound) : old;
}

static inline u32 host_mov_dpp8(u32 value, u32 selectors, u64 site = HOST_SITE) {
  const u32 *all = host_all_lanes(value, site);
  return host_fetch(all, host_lane() / 8 * 8 + (selectors >> host_lane() % 8 * 3) % 8, 0, false, true);
}

static inline u32 host_permlane(u32 old, u32 value, u32 low, u32 high, bool inactive, bool bound, u32 row, u64 site) {
  const u32 *all = host_all_lanes(value, site);
  u32 place = host_lane() % 16, selector = (place < 8 ? low : high) >> place % 8 * 4 & 15;
  return host_fetch(all, row + selector, old, inactive, bound);
}

static inline u32 host_permlane16(u32 old, u32 v, u32 low, u32 high, bool fi, bool bound, u64 site = HOST_SITE) {
  return host_permlane(old, v, low, high, fi, bound, host_lane() / 16 * 16, site);
}

static inline u32 host_permlanex16(u32 old, u32 v, u32 low, u32 high, bool fi, bool bound, u64 site = HOST_SITE) {
  return host_permlane(old, v, low, high, fi, bound, 16 - host_lane() / 16 * 16, site);
}

#define __builtin_amdgcn_ds_permute host_permute
#define __builtin_amdgcn_ds_swizzle host_swizzle
#define __builtin_amdgcn_update_dpp host_update_dpp
#define __builtin_amdgcn_mov_dpp8 host_mov_dpp8
#define __builtin_amdgcn_permlane16 host_permlane16
#define __builtin_amdgcn_permlanex16 host_permlanex16
#define __builtin_amdgcn_readlane host_readlane
#define __builtin_amdgcn_readfirstlane host_readfirstlane
#define __builtin_amdgcn_ballot_w32 host_ballot
#define __builtin_amdgcn_ds_bpermute host_bpermute
#define __builtin_amdgcn_mbcnt_lo host_mbcnt_lo
#define __builtin_amdgcn_mbcnt_hi(mask, base) (base)
