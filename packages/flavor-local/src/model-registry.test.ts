import { join } from "node:path";
import { describeModelRegistry } from "@modelstack/core/testing";
import { LocalModelRegistry } from "./model-registry.ts";
import { temporaryState } from "./temporary-state.fixture.ts";

for (const scheme of ["integer", "semver"] as const) {
  describeModelRegistry(`local, ${scheme} versions`, async () => {
    const state = temporaryState();
    const connect = () => new LocalModelRegistry(state.connect(), join(state.folder, "models"), scheme);
    return {
      registry: connect(),
      reopen: async () => connect(),
      damage: (digest) => state.damage("models", digest),
      dispose: () => state[Symbol.dispose](),
    };
  });
}
