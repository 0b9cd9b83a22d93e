import { describe, type TestOptions } from "vitest";
import { storeSuite, type ArtifactStoreFixture } from "./artifact-store/fixture.ts";
import { transferTests } from "./artifact-store/transfers.ts";
import { deleteTests, listTests, readTests } from "./artifact-store/reading.ts";
import { putFileTests, putTests } from "./artifact-store/writing.ts";
import { describeHealth } from "./health.ts";
import { describeParts } from "./tools.ts";

/** Every artifact store must pass this suite. Call it from the flavor's own test file; `open` gives an empty store each time. */
export function describeArtifactStore(
  name: string,
  open: () => Promise<ArtifactStoreFixture>,
  options: TestOptions = {},
): void {
  describe(`artifact store ${name}`, options, async () => {
    describeParts(await storeSuite(open), {
      putting: putTests,
      "putting files": putFileTests,
      reading: readTests,
      listing: listTests,
      deleting: deleteTests,
      transfers: transferTests,
    });
    await describeHealth(async () => {
      const { store: component, dispose } = await open();
      return { component, dispose };
    });
  });
}
