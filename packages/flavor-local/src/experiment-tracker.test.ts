import { join } from "node:path";
import { describeExperimentTracker } from "@modelstack/core/testing";
import { LocalExperimentTracker } from "./experiment-tracker.ts";
import { temporaryState } from "./temporary-state.fixture.ts";

describeExperimentTracker("local", async () => {
  const state = temporaryState();
  const connect = () => new LocalExperimentTracker(state.connect(), join(state.folder, "tracked"));
  return { tracker: connect(), reopen: async () => connect(), dispose: () => state[Symbol.dispose]() };
});
