import { join } from "node:path";
import type { ExperimentTracker } from "../components/experiment-tracker.ts";
import type { StepPrograms } from "../components/step-programs.ts";
import type { StepTracker } from "../components/step-tracker.ts";
import { environmentFor } from "../stack/env.ts";
import type { Stack } from "../stack/stack.ts";
import type { AttemptLog } from "./attempt-log.ts";
import { show, type PrintListener } from "./step-output.ts";

/** What all programs of a run have in common. */
export type ProgramScope = Pick<StepPrograms, "projectFolder" | "variables">;

export function programScope({ projectFolder, file }: Stack): ProgramScope {
  return { projectFolder, variables: environmentFor(file) };
}

interface Scope {
  readonly programs: ProgramScope;
  readonly stateFolder: string;
  readonly tracker: ExperimentTracker | undefined;
}

/** What the programs of one attempt are given. */
export function stepPrograms(
  { programs, stateFolder, tracker: trackers }: Scope,
  { log, ...to }: { readonly instance: string; readonly log: AttemptLog; readonly onPrint: PrintListener | undefined },
  tracker: StepTracker,
): StepPrograms {
  return {
    ...programs,
    cacheFolder: join(stateFolder, "cache"),
    print: (lines) => {
      // What the body printed itself came before.
      show(to, log.flush());
      show(to, asOnTerminal(log.writeLines(lines)));
    },
    environment: async () =>
      trackers === undefined || tracker.runId === undefined
        ? { variables: {}, secrets: {} }
        : trackers.environment(tracker.runId),
  };
}

/** Without what a carriage return lets be overwritten: the states of a progress bar before its last one. */
function asOnTerminal(text: string): string {
  if (!text.includes("\r")) return text;
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  return lines.map((line) => line.slice(line.lastIndexOf("\r") + 1)).join("\n");
}
