// Writers of the GPTQ and AWQ layouts, one value at a time after their definition, as oracles of the importers.

export interface LogicalWeights {
  n: number;
  k: number;
  groupSize: number;
  /** 0..15, `[n, k]` */
  nibbles: Uint8Array;
  /** `[n, k / groupSize]` */
  zeros: Uint8Array;
  /** `[n, k / groupSize]` */
  scales: Float32Array;
}

export interface Checkpoint {
  qweight: Int32Array;
  qzeros: Int32Array;
  scales: Float32Array;
}

export function toGptq(w: LogicalWeights, zeroOffset: number): Checkpoint {
  const qweight = new Int32Array((w.k / 8) * w.n);
  for (let col = 0; col < w.n; col++) {
    for (let k = 0; k < w.k; k++) {
      qweight[Math.floor(k / 8) * w.n + col] |= w.nibbles[col * w.k + k] << (4 * (k % 8));
    }
  }
  return { qweight, ...groupTensors(w, (col) => col % 8, zeroOffset) };
}

export function toAwq(w: LogicalWeights): Checkpoint {
  // Column 8w + c sits at this nibble from bit 0 up.
  const position = [0, 4, 1, 5, 2, 6, 3, 7];
  const qweight = new Int32Array(w.k * (w.n / 8));
  for (let col = 0; col < w.n; col++) {
    for (let k = 0; k < w.k; k++) {
      const nibble = w.nibbles[col * w.k + k];
      qweight[k * (w.n / 8) + Math.floor(col / 8)] |= nibble << (4 * position[col % 8]);
    }
  }
  return { qweight, ...groupTensors(w, (col) => position[col % 8], 0) };
}

function groupTensors(
  w: LogicalWeights,
  position: (col: number) => number,
  zeroOffset: number,
): { qzeros: Int32Array; scales: Float32Array } {
  const groups = w.k / w.groupSize;
  const qzeros = new Int32Array(groups * (w.n / 8));
  const scales = new Float32Array(groups * w.n);
  for (let col = 0; col < w.n; col++) {
    for (let g = 0; g < groups; g++) {
      const stored = w.zeros[col * groups + g] - zeroOffset;
      qzeros[g * (w.n / 8) + Math.floor(col / 8)] |= stored << (4 * position(col));
      scales[g * w.n + col] = w.scales[col * groups + g];
    }
  }
  return { qzeros, scales };
}
