import type { Backend, PreparedCell } from "@moe/bench";

/**
 * A backend that lets the event loop turn before each sample and each verification. A kernel runs synchronously, so
 * otherwise neither a signal nor the progress line would get through until the end of a cell. Nothing turns between the
 * cache flush and the measured call.
 */
export function responsive(backend: Backend): Backend {
  return {
    ...backend,
    async prepare(cell): Promise<PreparedCell> {
      await turn();
      const prepared = await backend.prepare(cell);
      return {
        kernelName: prepared.kernelName,
        referenceName: prepared.referenceName,
        ran: (side) => prepared.ran(side),
        close: () => prepared.close(),
        sample: (side) => turn().then(() => prepared.sample(side)),
        verify: (side) => turn().then(() => prepared.verify(side)),
      };
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
