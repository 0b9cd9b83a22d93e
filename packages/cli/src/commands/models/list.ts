import { requireRegistry, type ModelRegistry, type RegisteredModel } from "@modelstack/core";
import { collect } from "../../collect.ts";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { marked } from "../../render/deprecated.ts";
import { table } from "../../render/table.ts";
import { ago } from "../../render/time.ts";

export interface Flags extends StackFlags {
  readonly limit: number;
  readonly tag?: readonly (readonly [string, string])[];
  readonly deleted: boolean;
}

export default async function list(this: Context, flags: Flags): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const registry = await requireRegistry(stack);
  const query = { tags: Object.fromEntries(flags.tag ?? []), deleted: flags.deleted };
  const models = await collect((page) => registry.listModels({ ...query, ...page }), flags.limit);
  const rows: Row[] = flags.deleted
    ? models.map((model) => ({ ...model, latest: null, production: null }))
    : await Promise.all(models.map((model) => withVersions(registry, model)));
  print(this, flags, rows, () =>
    rows.length === 0
      ? flags.deleted
        ? "no deleted models"
        : "no models yet: use registerModelStep in a pipeline, or stack models register"
      : table(
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
          this.io.stdout.columns,
        ),
  );
}

/** A model with its newest version, and the newest one in Production. */
interface Row extends RegisteredModel {
  readonly latest: string | null;
  readonly production: string | null;
}

async function withVersions(registry: ModelRegistry, model: RegisteredModel): Promise<Row> {
  const [latest, production] = await Promise.all([
    registry.getLatestModelVersion(model.name),
    registry.getLatestModelVersion(model.name, "Production"),
  ]);
  return { ...model, latest: latest?.version ?? null, production: production?.version ?? null };
}
