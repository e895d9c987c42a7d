/** Numbers as text. */

/** Digits in groups of three: `1,234,567`. */
export function grouped(x: number): string {
  return Math.round(x)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A positive number in at most seven characters, with about three digits that count. */
export function short(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : "∞";
  if (x === 0) return "0";
  if (x >= 999.5) return grouped(x);
  if (x >= 99.95) return x.toFixed(0);
  if (x >= 9.995) return x.toFixed(1);
  return x.toFixed(2);
}

/** A signed percentage in at most seven characters: `+12.3`, `+1,234`. */
export function signedPercent(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "+∞" : "-∞";
  const text = Math.abs(x) >= 99.95 ? grouped(Math.abs(x)) : Math.abs(x).toFixed(1);
  const sign = x < 0 && text !== "0.0" ? "-" : "+";
  return sign + text;
}

/** An interval of the speedup in percent: `-1.2..+3.4`. */
export function interval(o: { speedupLow: number; speedupHigh: number }): string {
  return `${signedPercent((o.speedupLow - 1) * 100)}..${signedPercent((o.speedupHigh - 1) * 100)}`;
}

/** A share of 1 as a percentage that is never rounded up to the next one: `94.9 %`. */
export function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

/** A relative error: `2.1e-3`, `0`. */
export function relative(x: number): string {
  return x === 0 ? "0" : x.toExponential(1);
}

/** Bytes with a binary unit: `32.0 MiB`. */
export function bytes(x: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (x >= 1024 && unit < units.length - 1) {
    x /= 1024;
    unit++;
  }
  return `${unit === 0 ? x : x.toFixed(1)} ${units[unit]}`;
}

/** A duration for people: `850 ms`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
