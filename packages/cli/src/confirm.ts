import { createInterface } from "node:readline/promises";
import { StackError } from "@modelstack/core/base";
import type { Context } from "./context.ts";

/**
 * Asks before something is lost. Without a terminal nobody can answer, so `--yes` must have been given.
 *
 * @throws StackError CONFIRMATION_NEEDED
 */
export async function confirm({ io }: Context, what: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (io.stdin.isTTY !== true || io.stderr.isTTY !== true) {
    throw new StackError("CONFIRMATION_NEEDED", `This would delete ${what}.`, { hint: "Pass --yes." });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Delete ${what}? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new StackError("CONFIRMATION_NEEDED", "Nothing was deleted.");
  } finally {
    terminal.close();
  }
}
