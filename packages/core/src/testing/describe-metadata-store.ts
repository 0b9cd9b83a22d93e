import { describe, type TestOptions } from "vitest";
import { artifactTests, namedArtifactTests } from "./metadata-store/artifacts.ts";
import { attemptTests } from "./metadata-store/attempts.ts";
import { changeTests } from "./metadata-store/changes.ts";
import { deleteTests } from "./metadata-store/deleting.ts";
import { effectTests } from "./metadata-store/effects.ts";
import { eventTests } from "./metadata-store/events.ts";
import { metadataSuite, type MetadataStoreFixture } from "./metadata-store/fixture.ts";
import { leaseTests } from "./metadata-store/leases.ts";
import { modelUseTests } from "./metadata-store/model-uses.ts";
import { runTests } from "./metadata-store/runs.ts";
import { statusTests } from "./metadata-store/status.ts";
import { transferTests } from "./metadata-store/transfer.ts";
import { describeHealth } from "./health.ts";
import { describeParts } from "./tools.ts";

/** Every metadata store must pass this suite. Call it from the flavor's own test file; `open` gives an empty store each time. */
export function describeMetadataStore(
  name: string,
  open: () => Promise<MetadataStoreFixture>,
  options: TestOptions = {},
): void {
  describe(`metadata store ${name}`, options, async () => {
    describeParts(await metadataSuite(open), {
      runs: runTests,
      "status of runs": statusTests,
      events: eventTests,
      leases: leaseTests,
      attempts: attemptTests,
      artifacts: artifactTests,
      "named artifacts": namedArtifactTests,
      "deleting runs": deleteTests,
      effects: effectTests,
      "uses of models": modelUseTests,
      "changes of registries": changeTests,
      "export and import": transferTests,
    });
    await describeHealth(async () => {
      const { store: component, dispose } = await open();
      return { component, dispose };
    });
  });
}
