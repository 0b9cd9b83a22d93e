const GRACE_MS = 1000;

/** What user code left open (a timer, a server) keeps a process alive; a command that failed or was cancelled does not wait for it. */
export function watchLeftovers(exitCode: number): void {
  setTimeout(() => {
    if (exitCode !== 0) process.exit(exitCode);
    process.stderr.write("waiting for what a step left open (a timer, a server or a connection); Ctrl-C ends it\n");
  }, GRACE_MS).unref();
}
