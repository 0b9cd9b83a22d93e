import type { ExperimentTracker, ProgramEnvironment } from "../../components/experiment-tracker.ts";
import type { Mutation } from "./mutation.fixture.ts";

/** A tracker that gives programs other variables. */
function giving(change: (environment: ProgramEnvironment) => ProgramEnvironment) {
  return (tracker: ExperimentTracker): Partial<ExperimentTracker> => ({
    environment: async (id) => change(await tracker.environment(id)),
  });
}

/** What is said of the variables for programs. */
export const environmentMutations: readonly Mutation<ExperimentTracker>[] = [
  {
    rule: "there are no variables for a run that is not there",
    failing: "refuses an unknown run as TRACKED_RUN_NOT_FOUND: environment",
    breakIt: () => ({ environment: async () => ({ variables: {}, secrets: {} }) }),
  },
  {
    rule: "a variable has a name that systems take",
    failing: "names the variables for programs as every system takes them",
    breakIt: giving(({ variables, secrets }) => ({ variables: { ...variables, "MEMORY-URL": "x" }, secrets })),
  },
  {
    rule: "a variable takes no name of the framework",
    failing: "names the variables for programs as every system takes them",
    breakIt: giving(({ variables, secrets }) => ({ variables: { ...variables, STACK_RUN_ID: "x" }, secrets })),
  },
  {
    rule: "a variable is text without NUL",
    failing: "gives the variables for programs as text that a system takes",
    breakIt: giving(({ variables, secrets }) => ({ variables: { ...variables, MEMORY_URL: "a\0b" }, secrets })),
  },
  {
    rule: "a secret is marked as one",
    failing: "shows no secret among the other variables for programs",
    breakIt: giving(({ variables, secrets }) => ({ variables: { ...variables, ...secrets }, secrets })),
  },
  {
    rule: "a secret is in no other variable",
    failing: "shows no secret among the other variables for programs",
    breakIt: giving(({ variables, secrets }) => ({
      variables: { ...variables, MEMORY_URL: `http://ada:${secrets["MEMORY_TOKEN"]}@localhost` },
      secrets,
    })),
  },
  {
    rule: "a run that has ended has variables too",
    failing: "gives the variables for programs of a run that has ended",
    breakIt: (tracker) => ({
      environment: async (id) => {
        if ((await tracker.getRun(id)).status !== "running") throw new Error("the run has ended");
        return tracker.environment(id);
      },
    }),
  },
];
