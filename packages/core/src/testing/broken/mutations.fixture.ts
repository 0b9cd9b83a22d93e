import { aliasMutations } from "./aliases.fixture.ts";
import { artifactStoreMutations } from "./artifact-store.fixture.ts";
import { artifactAndEffectMutations } from "./artifacts-and-effects.fixture.ts";
import { attemptMutations } from "./attempts.fixture.ts";
import { deletingAndTransferMutations } from "./deleting-and-transfer.fixture.ts";
import { elsewhereMutations } from "./elsewhere.fixture.ts";
import { environmentMutations } from "./environment.fixture.ts";
import { experimentMutations } from "./experiments.fixture.ts";
import { fileMutations } from "./files.fixture.ts";
import { healthMutations, registryHealthMutations } from "./health.fixture.ts";
import { historyMutations } from "./history.fixture.ts";
import { leaseMutations } from "./leases.fixture.ts";
import { loggingMutations } from "./logging.fixture.ts";
import { manyStagesMutations } from "./many-stages.fixture.ts";
import { metricMutations } from "./metrics.fixture.ts";
import { modelUseMutations } from "./model-uses.fixture.ts";
import { modelMutations } from "./models.fixture.ts";
import { orchestratorMutations } from "./orchestrator.fixture.ts";
import { runFileMutations } from "./run-files.fixture.ts";
import { registryChangeMutations } from "./registry-changes.fixture.ts";
import { runMutations } from "./runs.fixture.ts";
import { stageMutations } from "./stages.fixture.ts";
import { registrySearchMutations, trackerSearchMutations } from "./search.fixture.ts";
import { registryTransferMutations, storeTransferMutations } from "./transfers.fixture.ts";
import { versionListMutations } from "./version-lists.fixture.ts";
import { versionNumberMutations } from "./version-numbers.fixture.ts";
import { versionMutations } from "./versions.fixture.ts";

/** By what a suite calls its component. */
export const mutations = {
  "artifact store": [...artifactStoreMutations, ...storeTransferMutations, ...healthMutations],
  "experiment tracker": [
    ...experimentMutations,
    ...loggingMutations,
    ...runFileMutations,
    ...metricMutations,
    ...trackerSearchMutations,
    ...environmentMutations,
  ],
  "model registry": [
    ...modelMutations,
    ...versionMutations,
    ...versionNumberMutations,
    ...versionListMutations,
    ...registrySearchMutations,
    ...stageMutations,
    ...manyStagesMutations,
    ...aliasMutations,
    ...historyMutations,
    ...fileMutations,
    ...registryTransferMutations,
    ...elsewhereMutations,
    ...registryHealthMutations,
  ],
  "metadata store": [
    ...runMutations,
    ...leaseMutations,
    ...attemptMutations,
    ...artifactAndEffectMutations,
    ...registryChangeMutations,
    ...deletingAndTransferMutations,
    ...modelUseMutations,
  ],
  orchestrator: orchestratorMutations,
};
