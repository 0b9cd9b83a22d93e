import { join } from "node:path";
import type { Variables } from "../variables.ts";
import type { ProgramEnvironment } from "./experiment-tracker.ts";

/** What the project, the run and its tracker give to the programs that a step runs. */
export interface StepPrograms {
  /** The folder of stack.yaml, else of the nearest package.json, else the working folder. */
  readonly projectFolder: string;
  /** Where what is made once is kept for later, such as virtual environments: `.stack/cache`. */
  readonly cacheFolder: string;
  /** The variables of this process, and those of a `.env` beside stack.yaml. A program is given only those that its step names. */
  readonly variables: Variables;
  /** Writes whole lines to the log, as they are but for secrets, and shows them. */
  print(lines: Uint8Array): void;
  /** What a program needs to log to the tracked run of this step itself. */
  environment(): Promise<ProgramEnvironment>;
}

/** For unit tests of steps: the working folder is the project, what programs print goes nowhere, and no tracker listens. */
export function standalonePrograms(): StepPrograms {
  return {
    projectFolder: process.cwd(),
    // Where tools keep what they made, and git does not look.
    cacheFolder: join(process.cwd(), "node_modules", ".cache", "modelstack"),
    variables: process.env,
    print: () => undefined,
    environment: async () => ({ variables: {}, secrets: {} }),
  };
}

/** Where a tracked run keeps what Python an instance ran on: for `environment.json` of the models that it made. */
export function pythonRecordPath(instance: string): string {
  return `modelstack/python/${instance}.json`;
}
