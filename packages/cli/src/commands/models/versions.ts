import {
  findRun,
  requireRegistry,
  parseStage,
  shortDigest,
  type RegistryModelVersion,
  type SearchColumn,
  type Stack,
} from "@modelstack/core";
import { collect } from "../../collect.ts";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { marked } from "../../render/deprecated.ts";
import { stagesText } from "../../render/stages.ts";
import { significant } from "../../render/number.ts";
import { table } from "../../render/table.ts";
import { ago } from "../../render/time.ts";
import {
  cellsOf,
  columnsOf,
  queryOf,
  versionValue,
  withColumns,
  type SearchFlags,
  type WithColumns,
} from "../../searching.ts";

export interface Flags extends StackFlags, SearchFlags {
  readonly limit: number;
  readonly stage?: string;
  readonly pipeline?: string;
  readonly run?: string;
  readonly tag?: readonly (readonly [string, string])[];
  readonly deleted: boolean;
}

export default async function list(this: Context, flags: Flags, name: string): Promise<void> {
  const search = queryOf("model version", flags);
  const columns = columnsOf("model version", flags, search);
  await using stack = await openStackFor(this, flags);
  const registry = await requireRegistry(stack);
  await registry.getModel(name);
  const tags = {
    ...Object.fromEntries(flags.tag ?? []),
    ...(flags.pipeline === undefined ? {} : { "modelstack.pipeline_name": flags.pipeline }),
    ...(flags.run === undefined ? {} : { "modelstack.pipeline_run_id": await runId(stack, flags.run) }),
  };
  const query = {
    ...search,
    model: name,
    deleted: flags.deleted,
    tags,
    ...(flags.stage === undefined ? {} : { stage: parseStage(flags.stage) }),
  };
  const versions = await collect((page) => registry.listModelVersions({ ...query, ...page }), flags.limit);
  const found = versions.map((version) => withColumns(version, columns, (column) => versionValue(version, column)));
  print(this, flags, found, () => {
    if (found.length === 0) return `${name} has no such versions`;
    return columns.length > 0 ? columnTable(found, columns, this) : overview(found, this);
  });
}

function overview(versions: readonly RegistryModelVersion[], { io }: Context): string {
  return table(
    ["VERSION", "STAGE", "ALIASES", "METRICS", "STEP", "COMMIT", "DIGEST", "CREATED"],
    versions.map(({ version, stages, aliases, metrics, tags, modelDigest, createdAt }) => [
      marked(version, { tags }),
      stagesText({ stages }),
      aliases.join(" "),
      Object.entries(metrics)
        .map(([key, value]) => `${key}=${significant(value)}`)
        .join(" "),
      tags["modelstack.step_name"] ?? "-",
      tags["modelstack.git_commit"]?.slice(0, 8) ?? "-",
      modelDigest === undefined ? "-" : shortDigest(modelDigest),
      ago(createdAt),
    ]),
    io.stdout.columns,
  );
}

function columnTable(
  versions: readonly (RegistryModelVersion & WithColumns)[],
  columns: readonly SearchColumn[],
  { io }: Context,
): string {
  return table(
    ["VERSION", "STAGE", "CREATED", ...columns.map(({ name }) => name)],
    versions.map((row) => [marked(row.version, row), stagesText(row), ago(row.createdAt), ...cellsOf(row)]),
    io.stdout.columns,
  );
}

/** The id of a run; a whole one is taken as it is, since versions outlive their runs. */
async function runId(stack: Stack, reference: string): Promise<string> {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(reference)) return reference.toLowerCase();
  return (await findRun(await stack.metadataStore(), reference)).id;
}
