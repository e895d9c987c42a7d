/** A line of a device's description. */
export function field(name: string, value: string): string {
  return `  ${name.padEnd(18)}${value}\n`;
}
