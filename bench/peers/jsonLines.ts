// A child process that answers each line of JSON on its stdin with one on its stdout.

export interface JsonLines {
  /** The next line without a request. */
  read(): Promise<unknown>;
  ask(request: unknown): Promise<unknown>;
  stop: () => void;
}

/**
 * Starts the child; what it prints on stderr passes through.
 *
 * @param command - program and arguments
 * @param env - added to this process's environment
 */
export function startJsonLines(command: string[], env: Record<string, string>): JsonLines {
  const child = Bun.spawn(command, {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
    env: { ...process.env, ...env },
  });
  const lines = linesOf(child.stdout);
  const read = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value);
    const code = await child.exited;
    throw new Error(`ended early with ${child.signalCode ?? `exit code ${code}`}`);
  };
  return {
    read,
    async ask(request) {
      await child.stdin.write(`${JSON.stringify(request)}\n`);
      await child.stdin.flush();
      return await read();
    },
    stop: () => child.kill(),
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
