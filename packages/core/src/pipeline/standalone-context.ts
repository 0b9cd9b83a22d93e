import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileRef, FolderRef } from "../artifacts/artifact-type.ts";
import { builtInFetcher, fetchReference } from "../artifacts/fetcher.ts";
import { noModels } from "../components/step-models.ts";
import { standalonePrograms } from "../components/step-programs.ts";
import { silentTracker } from "../components/step-tracker.ts";
import { checkFileName } from "../safe-path.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import type { StepContext } from "./context.ts";

/** The context of `step.run()`: files go to a fresh temporary folder, which goes when the process ends, nothing is tracked, the log goes nowhere, and
 * relative paths of references begin at the working folder. */
export function standaloneContext(stepName: string, instance: string): StepContext {
  const files = filesIn(() => temporaryFolder(stepName));
  const { signal } = new AbortController();
  const place = { projectFolder: process.cwd(), folder: () => files.folder("fetched").folder, signal };
  return {
    pipelineName: "none",
    runId: "00000000-0000-7000-8000-000000000000",
    runName: "none",
    stepName,
    instance,
    signal,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    tracker: silentTracker(),
    models: noModels(),
    programs: standalonePrograms(),
    fetch: (reference) => fetchReference(reference, place, builtInFetcher),
    ...files,
  };
}

/** `file()` and `folder()` of a step context, in a folder that is made when first needed. */
export function filesIn(makeRoot: () => string): Pick<StepContext, "file" | "folder"> {
  let root: string | undefined;
  let count = 0;
  // Each in a folder of its own, so that two outputs may have one name.
  const place = () => {
    root ??= makeRoot();
    const folder = join(root, String(count++));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  };
  return {
    file(name, data): FileRef {
      const path = join(place(), checkFileName(name));
      if (data !== undefined) writeFileSync(path, data, { mode: 0o600 });
      return { path };
    },
    folder(name = "files"): FolderRef {
      const folder = join(place(), checkFileName(name));
      mkdirSync(folder, { mode: 0o700 });
      return { folder };
    },
  };
}
