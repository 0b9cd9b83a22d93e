import type { ArtifactStore } from "../../components/artifact-store.ts";
import type { Checkable, HealthCheck } from "../../components/health.ts";
import type { ModelRegistry } from "../../components/model-registry.ts";
import type { Mutation } from "./mutation.fixture.ts";

/** A component that says something else of itself. */
function saying(check: Partial<HealthCheck>) {
  const said: HealthCheck = { name: "content", status: "ok", message: "all is well", ...check };
  return (): Checkable => ({ check: async () => [said] });
}

/** What is said of how components look at themselves. */
export const healthMutations: readonly Mutation<ArtifactStore>[] = [
  {
    rule: "what is new is well",
    failing: "finds no failure where nothing is wrong, deep: false",
    breakIt: saying({ status: "fail", fix: "Try again." }),
  },
  {
    rule: "a look that says nothing is none",
    failing: "finds no failure where nothing is wrong, deep: true",
    breakIt: () => ({ check: async () => [] }),
  },
  {
    rule: "a check has a name",
    failing: "says in a line what it looked at and what it found",
    breakIt: saying({ name: "" }),
  },
  {
    rule: "a check is a line",
    failing: "says in a line what it looked at and what it found",
    breakIt: saying({ message: "all\nis well" }),
  },
  {
    rule: "what is not well can be mended",
    failing: "says how to mend what is not well",
    breakIt: saying({ status: "warn" }),
  },
  {
    rule: "a deep look reads all content",
    failing: "finds damaged bytes when it looks at all of them",
    breakIt: (store) => ({ check: async () => store.check!({ deep: false }) }),
  },
];

export const registryHealthMutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "a deep look reads all files of versions",
    failing: "finds a damaged file when it looks at all of them",
    breakIt: (registry) => ({ check: async () => registry.check!({ deep: false }) }),
  },
];
