import { describe, type TestOptions } from "vitest";
import { aliasTests } from "./model-registry/aliases.ts";
import { elsewhereTests } from "./model-registry/elsewhere.ts";
import { fileTests } from "./model-registry/files.ts";
import { registrySuite, type ModelRegistryFixture } from "./model-registry/fixture.ts";
import { historyTests } from "./model-registry/history.ts";
import { listTests } from "./model-registry/lists.ts";
import { modelTests } from "./model-registry/models.ts";
import { notFoundTests } from "./model-registry/not-found.ts";
import { numberTests } from "./model-registry/numbers.ts";
import { promotionTests } from "./model-registry/promotion.ts";
import { searchTests } from "./model-registry/search.ts";
import { stageTests } from "./model-registry/stages.ts";
import { transferTests } from "./model-registry/transfers.ts";
import { versionTests } from "./model-registry/versions.ts";
import { describeHealth } from "./health.ts";
import { describeParts } from "./tools.ts";

/**
 * Every model registry must pass this suite. Call it from the flavor's own test file; `open` gives an empty registry each time.
 * What the capabilities exclude must fail as UNSUPPORTED.
 *
 * @example
 * describeModelRegistry("local", async () => {
 *   const folder = await mkdtemp(join(tmpdir(), "registry-"));
 *   return { registry: openRegistry(folder), dispose: () => rm(folder, { recursive: true }) };
 * });
 */
export function describeModelRegistry(
  name: string,
  open: () => Promise<ModelRegistryFixture>,
  options: TestOptions = {},
): void {
  describe(`model registry ${name}`, options, async () => {
    describeParts(await registrySuite(open), {
      models: modelTests,
      versions: versionTests,
      "version numbers": numberTests,
      "lists of versions": listTests,
      search: searchTests,
      stages: stageTests,
      promotion: promotionTests,
      aliases: aliasTests,
      "history and comments": historyTests,
      files: fileTests,
      transfers: transferTests,
      "versions of other programs": elsewhereTests,
      "what is not there": notFoundTests,
    });
    await describeHealth(async () => {
      const { registry: component, dispose } = await open();
      return { component, dispose };
    });
  });
}
