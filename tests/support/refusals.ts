import { expect, it } from "vitest";
import type { Outcome } from "./command.ts";
import { project, type Project } from "./project.ts";

/** A call that is refused, and how. */
export interface Refusal {
  /** The row's id and what is refused. */
  readonly name: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** What else has to be there. */
  readonly prepare?: (at: Project) => unknown;
  readonly argv: readonly string[];
  readonly exit: number;
  readonly code: string;
  /** What the message, its place and its help must hold. */
  readonly says: readonly (string | RegExp)[];
}

type Call = (folder: string, argv: readonly string[]) => Promise<Outcome>;

/**
 * Makes three tests of each: that the exit code is right and one clear message without a trace says what was wrong; that `--json` gives
 * the error as JSON on stderr and leaves stdout empty; that `--debug` adds the trace, once.
 */
export function refuses(call: Call, refusals: readonly Refusal[]): void {
  for (const refusal of refusals) {
    it(refusal.name, async () => {
      const { exit, stdout, stderr } = await outcomeOf(call, refusal);
      expect({ exit, stdout }).toEqual({ exit: refusal.exit, stdout: "" });
      expect(stderr.match(/^error: /gm)).toHaveLength(1);
      expect(stderr).toContain(`[${refusal.code}]`);
      for (const text of refusal.says) expect(stderr).toMatch(text);
      expect(traceOf(stderr)).toEqual([]);
    });

    it(`${refusal.name}, as JSON`, async () => {
      const { exit, stdout, stderr } = await outcomeOf(call, refusal, "--json");
      expect({ exit, stdout }).toEqual({ exit: refusal.exit, stdout: "" });
      const { error } = JSON.parse(stderr) as { error: Record<string, unknown> };
      expect(error).toMatchObject({ code: refusal.code, message: expect.stringMatching(/./) });
      expect(error).not.toHaveProperty("stack");
    });

    it(`${refusal.name}, with its trace on demand`, async () => {
      const { exit, stderr } = await outcomeOf(call, refusal, "--debug");
      expect(exit).toBe(refusal.exit);
      expect(stderr.match(/^\w*Error: /gm)).toHaveLength(1);
      expect(traceOf(stderr)).not.toEqual([]);
    });
  }
}

async function outcomeOf(call: Call, { files, prepare, argv }: Refusal, flag?: string): Promise<Outcome> {
  using at = project(files);
  await prepare?.(at);
  const end = argv.indexOf("--");
  const words = flag === undefined ? argv : end < 0 ? [...argv, flag] : argv.toSpliced(end, 0, flag);
  return await call(at.folder, words);
}

/** The lines of a trace as V8 writes them. */
export function traceOf(text: string): string[] {
  return text.split("\n").filter((line) => /^ {4}at /.test(line));
}
