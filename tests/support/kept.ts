import { appendFileSync, mkdtempSync, realpathSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

// While all tests run, what they leave is kept until the last test has looked through it for secrets.
const keepIn = process.env["KEEP_TEST_STATE_IN"];

/** A temporary folder. Disposing it removes it, or moves it to where the last test looks. */
export function temporaryFolder(name: string): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(realpathSync(tmpdir()), `${name}-`));
  return { path, [Symbol.dispose]: () => discard(path) };
}

/** Removes a folder that a test made, or moves it to where the last test looks. */
export function discard(path: string): void {
  if (keepIn === undefined) rmSync(path, { recursive: true, force: true });
  else renameSync(path, join(keepIn, basename(path)));
}

/** Keeps what a command printed for the last test. */
export function keepOutput(...texts: readonly string[]): void {
  if (keepIn !== undefined) appendFileSync(join(keepIn, `output-${process.pid}.log`), `${texts.join("\n")}\n`);
}
