import { requireRegistry, parseStage, shortDigest } from "@modelstack/core";
import { collect } from "../../collect.ts";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { marked } from "../../render/deprecated.ts";
import { stagesText } from "../../render/stages.ts";
import { significant } from "../../render/number.ts";
import { table } from "../../render/table.ts";
import { ago } from "../../render/time.ts";

export interface Flags extends StackFlags {
  readonly limit: number;
  readonly stage?: string;
  readonly tag?: readonly (readonly [string, string])[];
  readonly deleted: boolean;
}

export default async function versions(this: Context, flags: Flags, name: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const registry = await requireRegistry(stack);
  await registry.getModel(name);
  const query = {
    model: name,
    deleted: flags.deleted,
    tags: Object.fromEntries(flags.tag ?? []),
    ...(flags.stage === undefined ? {} : { stage: parseStage(flags.stage) }),
  };
  const found = await collect((page) => registry.listModelVersions({ ...query, ...page }), flags.limit);
  print(this, flags, found, () =>
    found.length === 0
      ? `${name} has no such versions`
      : table(
          ["VERSION", "STAGE", "ALIASES", "METRICS", "STEP", "COMMIT", "DIGEST", "CREATED"],
          found.map(({ version, stages, aliases, metrics, tags, modelDigest, createdAt }) => [
            marked(version, { tags }),
            stagesText({ stages }),
            aliases.join(" "),
            Object.entries(metrics)
              .map(([key, value]) => `${key}=${significant(value)}`)
              .join(" "),
            tags["modelstack.step_name"] ?? "-",
            tags["modelstack.git_commit"]?.slice(0, 8) ?? "-",
            shortDigest(modelDigest),
            ago(createdAt),
          ]),
          this.io.stdout.columns,
        ),
  );
}
