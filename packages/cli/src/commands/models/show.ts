import {
  deprecationOf,
  formatOf,
  lineageOfVersion,
  requireRegistry,
  parseModelUri,
  reproduce,
  resolveModel,
  signatureOf,
  type ModelComment,
  type ModelFile,
  type ModelSignature,
  type RegisteredModel,
  type RegistryModelVersion,
} from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { parseModelSpec, requireVersion } from "../../model-spec.ts";
import { printLineage } from "../../render/lineage.ts";
import { marked } from "../../render/deprecated.ts";
import { signatureLines } from "../../render/signature.ts";
import { stagesText } from "../../render/stages.ts";
import { significant } from "../../render/number.ts";
import { fields, table } from "../../render/table.ts";
import { bytes } from "../../render/time.ts";
import { visible } from "../../render/visible.ts";

export interface Flags extends StackFlags {
  readonly lineage: boolean;
  readonly mermaid: boolean;
}

export default async function show(this: Context, flags: Flags, text: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const registry = await requireRegistry(stack);
  if (flags.lineage || flags.mermaid) {
    const version = await requireVersion(registry, text);
    printLineage(this, flags, await lineageOfVersion(stack, version));
    return;
  }
  const { name, uri } = parseModelSpec(text);
  if (uri === undefined) {
    const [model, comments, { items: versions }] = await Promise.all([
      registry.getModel(name),
      registry.listComments(name),
      registry.listModelVersions({ model: name, limit: 5 }),
    ]);
    print(this, flags, { ...model, comments, versions }, () => modelText(model, comments, versions));
    return;
  }
  const version = await resolveModel(registry, parseModelUri(uri));
  const [files, comments] = await Promise.all([
    registry.listFiles(version.model, version.version),
    registry.listComments(version.model, version.version),
  ]);
  const signature = await signatureOf(registry, version, files);
  const shown = { ...version, files, comments, ...(signature === undefined ? {} : { signature }) };
  print(this, flags, { ...shown, reproduce: reproduce(version) }, () => pageOf(version, files, comments, signature));
}

function modelText(
  model: RegisteredModel,
  comments: readonly ModelComment[],
  versions: readonly RegistryModelVersion[],
): string {
  const head = fields([
    ["model", model.name],
    ...deprecationLine(model),
    ["description", model.description || "-"],
    ["aliases", pairs(model.aliases)],
    ["tags", pairs(model.tags)],
    ["created", model.createdAt.toISOString()],
    ...commentLines(comments),
  ]);
  if (versions.length === 0) return `${head}\n\nno versions yet`;
  const rows = versions.map(({ version, stages, aliases, createdAt, tags }) => [
    marked(version, { tags }),
    stagesText({ stages }),
    aliases.join(" "),
    createdAt.toISOString(),
  ]);
  return `${head}\n\n${table(["VERSION", "STAGE", "ALIASES", "CREATED"], rows)}`;
}

function pageOf(
  version: RegistryModelVersion,
  files: readonly ModelFile[],
  comments: readonly ModelComment[],
  signature: ModelSignature | undefined,
): string {
  const { tags } = version;
  const tag = (name: string) => tags[`modelstack.${name}`] ?? "-";
  const own = Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith("modelstack.")));
  const dirty = tags["modelstack.git_dirty"] === "true" ? " (with changes)" : "";
  const url = tags["modelstack.git_commit_url"];
  const format = formatOf(version);
  const head = fields([
    ["version", `${version.model}/${version.version}`],
    ...deprecationLine(version),
    ["stage", stagesText(version)],
    ["aliases", version.aliases.join(" ") || "-"],
    ["description", version.description || "-"],
    [
      "metrics",
      pairs(Object.fromEntries(Object.entries(version.metrics).map(([key, value]) => [key, significant(value)]))),
    ],
    ["params", pairs(version.params)],
    ["tags", pairs(own)],
    ...(signature === undefined ? [] : signatureLines(signature)),
    ...(format === undefined ? [] : [["format", format] as const]),
    ["digest", version.modelDigest ?? "- (known once it was loaded)"],
    ["created", version.createdAt.toISOString()],
    ...(version.url === undefined ? [] : [["page", version.url] as const]),
    ...(/^https?:/.test(version.source) ? [["address", version.source] as const] : []),
    ...commentLines(comments),
  ]);
  const lineage = fields([
    ["pipeline", tag("pipeline_name")],
    [
      "run",
      tags["modelstack.pipeline_run_id"] === undefined ? "-" : `${tag("pipeline_run_name")}  ${tag("pipeline_run_id")}`,
    ],
    ["step", tag("step_name")],
    ["registered by", `${tag("registered_by")}, user ${tags["modelstack.upload_user"] ?? tag("user")}`],
    [
      "commit",
      tags["modelstack.git_commit"] === undefined
        ? "-"
        : `${tag("git_commit")}${dirty}${url === undefined ? "" : `  ${url}`}`,
    ],
    ["command", tag("command")],
    ["environment", tag("environment_digest")],
    ...(tags["modelstack.upload_digest"] === undefined ? [] : trainingLines(tags)),
  ]);
  const inputs = inputsOf(tags["modelstack.inputs"]);
  return [
    head,
    `made by\n${indent(lineage)}`,
    ...(inputs === undefined ? [] : [`from\n${indent(inputs)}`]),
    `files\n${indent(
      table(
        ["PART", "PATH", "SIZE", "SHA256"],
        files.map(({ part, path, size, digest }) => [part, path, bytes(size), digest?.slice(7) ?? "-"]),
      ),
    )}`,
    `make it again\n${indent(again(version))}`,
  ].join("\n\n");
}

/** What is said of a training whose results were uploaded. */
function trainingLines(tags: RegistryModelVersion["tags"]): (readonly [string, string])[] {
  const facts = ["configuration", "database", "package_version", "user"] as const;
  return [
    ...facts.flatMap((fact) => {
      const value = tags[`modelstack.${fact}`];
      return value === undefined ? [] : [[fact.replace("_", " "), value] as const];
    }),
    ["made", tags["modelstack.created_at"] ?? "-"],
    ["uploaded", tags["modelstack.upload_at"] ?? "-"],
  ];
}

function deprecationLine(about: Pick<RegistryModelVersion, "tags">): (readonly [string, string])[] {
  const deprecation = deprecationOf(about);
  if (deprecation === undefined) return [];
  const { reason, use } = deprecation;
  return [["deprecated", use === undefined ? reason : `${reason}; use ${use} instead`]];
}

function again(version: RegistryModelVersion): string {
  const { commands, caveat } = reproduce(version);
  return visible([...(caveat === undefined ? [] : [`# ${caveat}`]), ...commands].join("\n"));
}

function inputsOf(text: string | undefined): string | undefined {
  if (text === undefined || text === "{}") return undefined;
  if (!text.startsWith("{")) return `${text}, listed in inputs.json`;
  return fields(Object.entries(JSON.parse(text) as Record<string, string>));
}

function commentLines(comments: readonly ModelComment[]): (readonly [string, string])[] {
  return comments.map(({ at, actor, text }) => ["comment", `${text} (${actor}, ${at.toISOString()})`]);
}

function pairs(values: Readonly<Record<string, string>>): string {
  return (
    Object.entries(values)
      .map(([key, value]) => `${plain(key)}=${plain(value)}`)
      .join(" ") || "-"
  );
}

/** In quotes where one could not see where it begins and ends. */
function plain(text: string): string {
  return /[\s="]/.test(text) || text === "" ? JSON.stringify(text) : text;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
