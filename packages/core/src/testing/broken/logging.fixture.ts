import type { ExperimentTracker, TrackedRun } from "../../components/experiment-tracker.ts";
import { StackError } from "../../errors.ts";
import { assigned, type Mutation } from "./mutation.fixture.ts";

/** A tracker that gives runs back otherwise. */
function showing(change: (run: TrackedRun) => TrackedRun) {
  return (tracker: ExperimentTracker): Partial<ExperimentTracker> => ({
    getRun: async (id) => change(await tracker.getRun(id)),
  });
}

/** What is said of parameters, tags and inputs. */
export const loggingMutations: readonly Mutation<ExperimentTracker>[] = [
  {
    rule: "parameters of several calls are kept",
    failing: "keeps the params of several calls",
    breakIt: (tracker) => {
      let last: Readonly<Record<string, string>> = {};
      return {
        logParams: async (id, params) => {
          last = params;
          await tracker.logParams(id, params);
        },
        getRun: async (id) => ({ ...(await tracker.getRun(id)), params: last }),
      };
    },
  },
  {
    rule: "a parameter may be repeated",
    failing: "takes the same param again",
    breakIt: (tracker) => ({
      logParams: async (id, params) => {
        const present = (await tracker.getRun(id)).params;
        if (Object.keys(params).some((key) => key in present)) throw new StackError("PARAM_EXISTS", "It is there.");
        await tracker.logParams(id, params);
      },
    }),
  },
  {
    rule: "a parameter is written once",
    failing: "refuses another value of a param as PARAM_EXISTS and writes none of the call",
    breakIt: (tracker) => ({ logParams: (id, params) => tracker.logParams(id, params).catch(() => undefined) }),
  },
  {
    rule: "a refused call writes none of its parameters",
    failing: "refuses another value of a param as PARAM_EXISTS and writes none of the call",
    breakIt: (tracker) => ({
      logParams: async (id, params) => {
        for (const [key, value] of Object.entries(params)) await tracker.logParams(id, { [key]: value });
      },
    }),
  },
  {
    rule: "two values at once are still two values",
    failing: "keeps one value of a param when two are written at once",
    breakIt: (tracker) => ({ logParams: (id, params) => tracker.logParams(id, params).catch(() => undefined) }),
  },
  {
    rule: "a parameter may have any key and value",
    failing: "gives awkward params and tags back equal",
    breakIt: showing((run) => ({ ...run, params: assigned(run.params) })),
  },
  {
    rule: "parameters are as long as the limits say",
    failing: "keeps params and tags of the longest key and value that its limits allow",
    breakIt: (tracker) => ({
      logParams: (id, params) =>
        tracker.logParams(
          id,
          Object.fromEntries(Object.entries(params).map(([key, value]) => [key, value.slice(0, 500)])),
        ),
    }),
  },
  {
    rule: "a run's parameters are its own",
    failing: "keeps the params of runs apart",
    breakIt: (tracker) => {
      const all: Record<string, string> = {};
      return {
        logParams: async (_, params) => void Object.assign(all, params),
        getRun: async (id) => ({ ...(await tracker.getRun(id)), params: all }),
      };
    },
  },
  {
    rule: "tags can be set anew",
    failing: "sets tags anew and leaves the others",
    breakIt: (tracker) => ({
      setTags: async (id, tags) => tracker.setTags(id, { ...tags, ...(await tracker.getRun(id)).tags }),
    }),
  },
  {
    rule: "all of an input is kept",
    failing: "keeps the inputs of a run",
    breakIt: (tracker) => ({ logInput: (id, { name, digest = "" }) => tracker.logInput(id, { name, digest }) }),
  },
  {
    rule: "an input is kept once",
    failing: "keeps the same input once",
    breakIt: (tracker) => {
      let count = 0;
      return { logInput: (id, input) => tracker.logInput(id, { ...input, version: String(++count) }) };
    },
  },
];
