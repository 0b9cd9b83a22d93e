import {
  requireRegistry,
  type ListedModel,
  type ModelRegistry,
  type RegisteredModel,
  type RegistryModelVersion,
  type SearchColumn,
} from "@modelstack/core/stack";
import { collect } from "../../collect.ts";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { marked } from "../../render/deprecated.ts";
import { table } from "../../render/table.ts";
import { ago } from "../../render/time.ts";
import {
  cellsOf,
  columnsOf,
  own,
  queryOf,
  versionValue,
  withColumns,
  type SearchFlags,
  type WithColumns,
} from "../../searching.ts";

export interface Flags extends StackFlags, SearchFlags {
  readonly limit: number;
  readonly tag?: readonly (readonly [string, string])[];
  readonly deleted: boolean;
}

export default async function list(this: Context, flags: Flags): Promise<void> {
  const search = queryOf("model", flags);
  const columns = columnsOf("model version", flags, search);
  await using stack = await openStackFor(this, flags);
  const registry = await requireRegistry(stack);
  const query = { ...search, tags: Object.fromEntries(flags.tag ?? []), deleted: flags.deleted };
  const models = await collect((page) => registry.listModels({ ...query, ...page }), flags.limit);
  const rows: Row[] = flags.deleted
    ? models.map((model) => rowOf(model, columns))
    : await Promise.all(models.map((model) => withVersions(registry, model, columns)));
  print(this, flags, rows, () => {
    if (rows.length === 0) return noneText(flags);
    return columns.length > 0 ? columnTable(rows, columns, this) : overview(rows, this);
  });
}

function noneText({ deleted, filter, tag }: Flags): string {
  if (deleted) return "no deleted models";
  return filter === undefined && tag === undefined
    ? "no models yet: use registerModelStep in a pipeline, or stack models register"
    : "no such models";
}

function overview(rows: readonly Row[], { io }: Context): string {
  return table(
    ["MODEL", "LATEST", "PRODUCTION", "ALIASES", "UPDATED", "DESCRIPTION"],
    rows.map((row) => [
      marked(row.name, row),
      row.latest ?? "-",
      row.production ?? "-",
      Object.entries(row.aliases)
        .map(([alias, version]) => `${alias}=${version}`)
        .join(" "),
      ago(row.updatedAt),
      row.description,
    ]),
    io.stdout.columns,
  );
}

/** A model with its newest version, and the newest one in Production. */
interface Row extends RegisteredModel, WithColumns {
  readonly latest: string | null;
  readonly production: string | null;
}

async function withVersions(
  registry: ModelRegistry,
  { latestVersions, ...model }: ListedModel,
  columns: readonly SearchColumn[],
): Promise<Row> {
  if (latestVersions !== undefined) {
    const [latest] = latestVersions;
    const production = latestVersions.find(({ stages }) => stages.includes("Production"));
    return rowOf(model, columns, latest, production);
  }
  // One call for each model: only where the list did not bring them.
  const [latest, production] = await Promise.all([
    registry.getLatestModelVersion(model.name),
    registry.getLatestModelVersion(model.name, "Production"),
  ]);
  return rowOf(model, columns, latest, production);
}

/** A model's tags are its own; params and metrics are those of its newest version. */
function rowOf(
  model: RegisteredModel,
  columns: readonly SearchColumn[],
  latest?: RegistryModelVersion,
  production?: RegistryModelVersion,
): Row {
  const row = { ...model, latest: latest?.version ?? null, production: production?.version ?? null };
  return withColumns(row, columns, (column) =>
    column.kind === "tag" ? own(model.tags, column.key) : versionValue(latest, column),
  );
}

function columnTable(rows: readonly Row[], columns: readonly SearchColumn[], { io }: Context): string {
  return table(
    ["MODEL", "LATEST", "UPDATED", ...columns.map(({ name }) => name)],
    rows.map((row) => [marked(row.name, row), row.latest ?? "-", ago(row.updatedAt), ...cellsOf(row)]),
    io.stdout.columns,
  );
}
