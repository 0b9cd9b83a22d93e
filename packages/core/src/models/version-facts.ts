import { z } from "zod";
import { metricJson, ownTags, type KnownFacts } from "../comparison.ts";
import type { ModelFile, ModelRegistry, RegistryModelVersion } from "../components/model-registry.ts";
import type { Json } from "../json.ts";
import { readExtra } from "./read-extra.ts";

/** What is known of a version that another one may have differently. */
export async function versionFacts(registry: ModelRegistry, version: RegistryModelVersion): Promise<KnownFacts> {
  const files = await registry.listFiles(version.model, version.version);
  const { tags, metrics } = version;
  const said = Object.entries({
    description: version.description,
    stage: version.stages.join(" ") || "None",
    aliases: version.aliases.join(" "),
    pipeline: tags["modelstack.pipeline_name"],
    step: tags["modelstack.step_name"],
    commit: tags["modelstack.git_commit"],
    "changed since": tags["modelstack.git_dirty"],
    command: tags["modelstack.command"],
    configuration: tags["modelstack.configuration"],
    database: tags["modelstack.database"],
    "package version": tags["modelstack.package_version"],
  });
  return {
    version: Object.fromEntries(
      said.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, value]])),
    ),
    params: version.params,
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, metricJson(value)])),
    inputs: (await inputsOfVersion(registry, version, files)) ?? {},
    ...(await environmentOf(registry, version, files)),
    files: Object.fromEntries(
      files.map(({ part, path, size, digest }) => [
        `${part}/${path}`,
        { size, ...(digest === undefined ? {} : { digest }) },
      ]),
    ),
    tags: ownTags(tags),
  };
}

/** The data that went into a version, by name; `undefined` when nothing says. */
export async function inputsOfVersion(
  registry: ModelRegistry,
  version: RegistryModelVersion,
  files?: readonly ModelFile[],
): Promise<Readonly<Record<string, string>> | undefined> {
  const tag = version.tags["modelstack.inputs"];
  if (tag === undefined) return undefined;
  // Beyond the registry's limit the tag holds a digest, and the list is a file.
  const text = tag.startsWith("{") ? tag : await readExtra(registry, version, "inputs.json", files);
  return text === undefined ? undefined : parsed(z.record(z.string(), z.string()), text);
}

const environmentFile = z.object({
  runtime: z.object({ name: z.string(), version: z.string() }).catchall(z.json()),
  platform: z.record(z.string(), z.json()),
  packages: z.record(z.string(), z.string()),
  python: z
    .object({ version: z.string(), implementation: z.string(), packages: z.record(z.string(), z.string()) })
    .optional(),
});

/** What a version was made on, as its environment.json says: the groups environment and packages. */
export async function environmentOf(
  registry: ModelRegistry,
  version: RegistryModelVersion,
  files?: readonly ModelFile[],
): Promise<{ readonly environment: Record<string, Json>; readonly packages: Record<string, Json> } | undefined> {
  const text = await readExtra(registry, version, "environment.json", files);
  const found = text === undefined ? undefined : parsed(environmentFile, text);
  if (found === undefined) return undefined;
  const { runtime, platform, packages, python } = found;
  const { name, version: of, ...engines } = runtime;
  const environment = { [name]: of, ...engines, ...platform };
  if (python === undefined) return { environment, packages };
  const installed = Object.entries(python.packages).map(([key, value]) => [`python/${key}`, value]);
  return {
    environment: { ...environment, python: `${python.implementation} ${python.version}` },
    packages: { ...packages, ...(Object.fromEntries(installed) as Record<string, string>) },
  };
}

/** What somebody else may have written under these names is not shown. */
function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
