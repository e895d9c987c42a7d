/** Words on the command line that mean nothing: the message goes to stderr and the exit code is 2. */
export class UsageError extends Error {}
