import { byOrder, matchesFilter, runValues, type TrackedRun, type TrackedRunQuery } from "@modelstack/core/stack";
import type { Run } from "../client/runs.ts";
import type { GitLabProject } from "../connection/gitlab-project.ts";
import type { Experiments } from "./experiments.ts";
import { PARENT_TAG, trackedRunOf } from "./records.ts";

/** How many experiments are asked for at the same time. */
const AT_ONCE = 4;

/** A run with the name of its experiment and the address of its page. */
export async function trackedOf(project: GitLabProject, experiments: Experiments, run: Run): Promise<TrackedRun> {
  const { webUrl } = await project.found();
  return trackedRunOf(webUrl, run, await experiments.nameOf(run.info.experiment_id));
}

/**
 * All runs that a query finds, in its order: GitLab searches in one experiment at a time, knows no filters, and no order of starting times. It
 * gives each run with every point, of which only the last are kept.
 */
export async function foundRuns(
  project: GitLabProject,
  experiments: Experiments,
  query: TrackedRunQuery,
): Promise<TrackedRun[]> {
  const { experiment, orderBy = [] } = query;
  if (experiment !== undefined) await experiments.nameOf(experiment);
  const ids = experiment === undefined ? await experiments.ids() : [experiment];
  const runs: TrackedRun[] = [];
  const next = ids.values();
  const some = async () => {
    for (const experiment_id of next)
      await project.call(async (client) => {
        for await (const run of client.runs.searchAll({ experiment_id })) {
          const tracked = await trackedOf(project, experiments, run);
          if (isWanted(query, tracked, run)) runs.push(tracked);
        }
      });
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, some));
  return runs.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime()).sort(byOrder(orderBy, runValues));
}

/** The runs that are nested in one, which are in its experiment. */
export async function nestedIn(project: GitLabProject, id: string, experiment_id: string): Promise<string[]> {
  return project.call(async ({ runs }) => {
    const nested: string[] = [];
    for await (const { info, data } of runs.searchAll({ experiment_id }))
      if (data.tags.some(({ key, value }) => key === PARENT_TAG && value === id)) nested.push(info.run_id);
    return nested;
  });
}

function isWanted({ filter = [], parentId, status, tags = {} }: TrackedRunQuery, run: TrackedRun, { info, data }: Run) {
  const all = { ...run, tags: { ...Object.fromEntries(data.tags.map(({ key, value }) => [key, value])), ...run.tags } };
  const values = runValues(all);
  return (
    (parentId === undefined || run.parentId === parentId) &&
    (status === undefined || run.status === status) &&
    Object.entries(tags).every(([key, value]) => Object.hasOwn(run.tags, key) && run.tags[key] === value) &&
    matchesFilter(filter, (field) =>
      field.kind === "attribute" && field.key === "artifact_uri" ? [info.artifact_uri] : values(field),
    )
  );
}
