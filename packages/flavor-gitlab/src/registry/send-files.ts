import type { NewModelFile, NewModelVersion, Transfer } from "@modelstack/core/stack";
import { isMlflowError } from "@modelstack/mlflow-client/http";
import type { ProjectClient } from "../client/gitlab-client.ts";
import { LIST_FILE, pathOf, type FilesPlan } from "./layout.ts";
import { listed } from "./locate.ts";
import type { MadeVersion } from "./make-version.ts";
import { trackedRunTags } from "./own-tags.ts";
import { JOB_TAG } from "../tracker/records.ts";

/** Brings the files of a version to GitLab. Of an upload that broke off, those that are there stay: GitLab has only whole ones. */
export async function sendFiles(
  client: ProjectClient,
  { version, resumed }: MadeVersion,
  files: readonly NewModelFile[],
  plan: FilesPlan,
  unchanged: (file: NewModelFile) => Promise<void>,
  transfer: Transfer,
): Promise<void> {
  const there = new Map(resumed ? (await listed(client, version.id)).map(({ path, size }) => [path, size]) : []);
  for (const file of files) {
    const at = pathOf(file, plan.tag);
    if (there.get(at) === file.size) transfer.onBytes?.(file.size);
    else await client.files.upload(version.id, at, { file: file.localPath }, transfer);
    await unchanged(file);
  }
  if (plan.list !== undefined) await client.files.upload(version.id, LIST_FILE, plan.list, { signal: transfer.signal });
}

/** What GitLab takes as a parameter of a run, in characters. */
const LONGEST = 250;

/** Shows parameters and metrics at the run that GitLab made for a version, as far as GitLab takes them, and that it has ended. */
export async function showFacts(
  client: ProjectClient,
  { version: { run_id } }: MadeVersion,
  { params = {}, metrics = {}, trackedRunId }: NewModelVersion,
  job: string | undefined,
): Promise<void> {
  const now = Date.now();
  const fits = (text: string) => text.trim() !== "" && text.length <= LONGEST;
  const values = Object.entries(params).filter(([key, value]) => fits(key) && fits(value));
  const last = Object.entries(metrics).filter(([key, value]) => fits(key) && Number.isFinite(value));
  await client.runs.logBatch({
    run_id,
    params: values.map(([key, value]) => ({ key, value })),
    metrics: last.map(([key, value]) => ({ key, value, timestamp: now, step: 0 })),
    tags: trackedRunTags(trackedRunId),
  });
  if (job !== undefined) await linkJob(client, run_id, job);
  await client.runs.update({ run_id, status: "FINISHED", end_time: now });
}

/** GitLab shows the job on the version's page. That it knows no such job, as where another program plays GitLab, is no reason to register nothing. */
async function linkJob(client: ProjectClient, run_id: string, job: string): Promise<void> {
  try {
    await client.runs.setTag({ run_id, key: JOB_TAG, value: job }, { retries: 0 });
  } catch (error) {
    if (!isMlflowError(error, "failed") && !isMlflowError(error, "invalid")) throw error;
  }
}
