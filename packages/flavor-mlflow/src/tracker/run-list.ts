import {
  matchesFilter,
  type Page,
  type SearchFilter,
  type TrackedRun,
  type TrackedRunQuery,
} from "@modelstack/core/stack";
import type { Run } from "@modelstack/mlflow-client";
import type { MlflowServer } from "../server.ts";
import type { Experiments } from "./experiments.ts";
import { serverFilter, serverOrder } from "./filters.ts";
import { wantedPage } from "./paging.ts";
import { PARENT_TAG, serverRunValues, trackedRunOf } from "./records.ts";

const PAGE = 100;

/** A run of a server with the name of its experiment. */
export async function trackedOf(server: MlflowServer, experiments: Experiments, run: Run): Promise<TrackedRun> {
  return trackedRunOf(server.url, run, await experiments.nameOf(run.info.experiment_id));
}

/** The ids of the runs that are nested in one. */
export async function nestedIn(server: MlflowServer, id: string, experimentId: string): Promise<string[]> {
  const filter = `tags.\`${PARENT_TAG}\` = '${id}'`;
  const request = { experiment_ids: [experimentId], filter, max_results: 1000 };
  const found = await server.call((client) => Array.fromAsync(client.runs.searchAll(request)));
  return found.map(({ info }) => info.run_id);
}

/** A page of the runs of a server, of one experiment or of all. */
export async function listRuns(
  server: MlflowServer,
  experiments: Experiments,
  query: TrackedRunQuery,
): Promise<Page<TrackedRun>> {
  const { limit = PAGE, pageToken, experiment, orderBy = [] } = query;
  const filter = filterOf(query);
  const experiment_ids = experiment === undefined ? await experiments.ids() : [experiment];
  const known = serverFilter(filter, filter.length === 0 ? "" : await server.version());
  const request = {
    experiment_ids,
    filter: known.filter,
    // The server goes on with the time of the start, last first.
    order_by: serverOrder(orderBy),
    max_results: known.complete ? limit : 1000,
  };
  if (experiment !== undefined) await experiments.nameOf(experiment);
  return wantedPage(
    async (page_token) => {
      const { runs, next_page_token } = await server.call((client) => client.runs.search({ ...request, page_token }));
      const items = await Promise.all(
        runs.map(async (run) => ({ run, tracked: await trackedOf(server, experiments, run) })),
      );
      return { items, next: next_page_token };
    },
    ({ run, tracked }) => (matchesFilter(filter, serverRunValues(run, tracked)) ? tracked : undefined),
    { limit, pageToken },
  );
}

function filterOf({ filter = [], parentId, status, tags = {} }: TrackedRunQuery): SearchFilter {
  const equal = (kind: "tag" | "attribute", key: string, value: string) =>
    ({ field: { kind, key }, comparator: "=", value }) as const;
  return [
    ...filter,
    ...(parentId === undefined ? [] : [equal("tag", PARENT_TAG, parentId)]),
    ...(status === undefined ? [] : [equal("attribute", "status", status.toUpperCase())]),
    ...Object.entries(tags).map(([key, value]) => equal("tag", key, value)),
  ];
}
