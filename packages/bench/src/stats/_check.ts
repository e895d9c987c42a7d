import { BenchError } from "../errors.ts";

/** A finite, long enough list of numbers, or a typed error that says which entry is wrong. */
export function checkSample(values: ArrayLike<number>, minimum: number, name: string): void {
  if (values.length < minimum)
    throw new BenchError(
      "E_SAMPLES",
      `${name} has ${values.length} values; at least ${minimum} are needed. Measure more samples.`,
      { name, length: values.length, minimum },
    );
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new BenchError(
        "E_SAMPLE_VALUE",
        `${name}[${i}] is ${values[i]}; every value must be a finite number. Drop it before the call.`,
        { name, index: i, value: values[i] },
      );
}
