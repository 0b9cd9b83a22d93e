import { isStackError, messageOf } from "../errors.ts";

/** One thing that was looked at, and how it is. */
export interface HealthCheck {
  /** What was looked at, in a word or two: `database`, `server`, `clock`. */
  readonly name: string;
  /** `warn`: it works, but something should be done. `fail`: it does not work, or something was lost. */
  readonly status: "ok" | "warn" | "fail";
  /** What was found, in a line, with names, paths and numbers. */
  readonly message: string;
  /** What to do about it. Always there unless the status is `ok`. */
  readonly fix?: string;
  /** The code of the error that it would be, where there is one. */
  readonly code?: string;
}

export interface CheckOptions {
  /** Reads all content, however long that takes. Otherwise a check ends within seconds. */
  readonly deep: boolean;
}

/** A component that can say how it is; `stack doctor` asks it. */
export interface Checkable {
  /**
   * Looks whether the component can do its work: whether its files are whole, or its server can be reached and takes the credentials, how
   * far the server's clock is off, and so on. It leaves nothing changed, least of all what is damaged, and it does not reject: what goes wrong is a
   * check with the status `fail`. What several components look at together may be said by each of them in the same words; it is shown once.
   */
  check?(options: CheckOptions): Promise<readonly HealthCheck[]>;
}

/** An error as a check that failed. */
export function failedCheck(name: string, error: unknown): HealthCheck {
  const known = isStackError(error) ? error : undefined;
  return {
    name,
    status: "fail",
    message: messageOf(error).replace(/\.$/, ""),
    fix: known?.hint ?? "Run the command that you need with --debug, to see where it fails.",
    ...(known === undefined ? {} : { code: known.code }),
  };
}
