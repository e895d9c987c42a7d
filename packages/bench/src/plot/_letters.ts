const ALPHABET = "abcdefghijklmnopqrstuvwxyz".split("");

/** One letter a name: one of its own if it is free, else any free one, else `?`. */
export function curveLetters(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const own = name.split("").filter((c) => /[a-z]/i.test(c));
    const wanted = [
      ...own.slice(0, 1),
      ...own.map((c) => c.toUpperCase()),
      ...own,
      ...ALPHABET,
      ...ALPHABET.map((c) => c.toUpperCase()),
    ];
    const letter = wanted.find((c) => !taken.has(c)) ?? "?";
    taken.add(letter);
    return letter;
  });
}
