import type { Io } from "./io.ts";

/** An `Io` that keeps what is written to it. */
export interface CapturedIo extends Io {
  readonly said: { stdout: string; stderr: string };
}

/** `columns` makes both outputs a terminal of that width. */
export function capturedIo({
  columns,
  env = {},
  cwd = "/",
}: { readonly columns?: number; readonly env?: Io["env"]; readonly cwd?: string } = {}): CapturedIo {
  const said = { stdout: "", stderr: "" };
  const output = (name: keyof typeof said) => ({
    write: (text: string) => (said[name] += text),
    ...(columns === undefined ? {} : { isTTY: true, columns }),
  });
  return {
    said,
    stdout: output("stdout"),
    stderr: output("stderr"),
    stdin: { isTTY: columns !== undefined },
    env,
    cwd: () => cwd,
  };
}
