/** Errors that calls end with, for the tests of all packages. */

/** A class of errors. */
type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

/** The error of that class that a call throws; anything else, or no throw, fails the test. */
export function errorOf<E extends Error>(kind: ErrorClass<E>, call: () => unknown): E {
  try {
    call();
  } catch (error) {
    return of(kind, error);
  }
  throw new Error("nothing was thrown");
}

/** As {@link errorOf}, of a call that may throw at once or be rejected later. */
export async function rejectionOf<E extends Error>(
  kind: ErrorClass<E>,
  call: () => unknown,
): Promise<E> {
  try {
    await call();
  } catch (error) {
    return of(kind, error);
  }
  throw new Error("nothing was thrown");
}

function of<E extends Error>(kind: ErrorClass<E>, error: unknown): E {
  if (error instanceof kind) return error;
  throw error;
}
