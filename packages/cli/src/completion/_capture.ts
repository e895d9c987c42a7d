/** The completion library prints with console.log; a command of ours writes through its Io. */

/** What `print` wrote with console.log, as one text. */
export function captureLog(print: () => void): string {
  const original = console.log;
  const lines: string[] = [];
  console.log = (...parts: unknown[]) => void lines.push(parts.join(" "));
  try {
    print();
  } finally {
    console.log = original;
  }
  return lines.map((line) => `${line}\n`).join("");
}
