import {
  BYTE_SIZE_FORM,
  parseByteSize,
  planUploadOn,
  StackError,
  uploadModelOn,
  type ModelUpload,
  type UploadPlan,
  type VersionBump,
} from "@modelstack/core";
import { next, openStackFor, print, say, type Context, type StackFlags } from "../../context.ts";
import { significant } from "../../render/number.ts";
import { fields, table } from "../../render/table.ts";
import { bytes } from "../../render/time.ts";
import { withTransfer } from "../../transfer.ts";

export interface Flags extends StackFlags {
  readonly model: string;
  readonly project?: string;
  readonly version?: string;
  readonly bump?: VersionBump;
  readonly params?: string;
  readonly metrics?: string;
  readonly table?: readonly string[];
  readonly figure?: readonly string[];
  readonly meta?: string;
  readonly commit?: string;
  readonly command?: string;
  readonly generatedAt?: string;
  readonly input?: readonly (readonly [string, string])[];
  readonly maxSize?: string;
  readonly requireClean?: boolean;
  readonly dryRun: boolean;
  readonly strict: boolean;
}

export default async function upload(this: Context, flags: Flags, folder: string): Promise<void> {
  const wanted = uploadOf(flags, folder);
  await using stack = await openStackFor(this, flags);
  const by = { registeredBy: "stack models upload", cwd: this.io.cwd() };
  if (flags.dryRun) {
    const plan = await withTransfer(this, flags.model, (options) => planUploadOn(stack, wanted, { ...by, ...options }));
    print(this, flags, plan, () => planText(plan, flags.project));
    return;
  }
  const uploaded = await withTransfer(this, flags.model, (options) =>
    uploadModelOn(stack, wanted, { ...by, ...options }),
  );
  const { version, created, link, missing } = uploaded;
  if (missing.length > 0 && !flags.json) say(this, missingText(missing));
  const name = `${version.model}/${version.version}`;
  print(
    this,
    flags,
    uploaded,
    () => `${created ? `registered ${name}` : `${name} has these results already`}\n${link}`,
  );
  await next(this, flags, () => (flags.project === undefined ? [`models show ${name}`] : []));
}

function uploadOf(flags: Flags, folder: string): ModelUpload {
  const { model, project, table: tables, figure: figures, input, maxSize, requireClean, ...same } = flags;
  const { version, bump, params, metrics, meta, commit, command, generatedAt, strict } = same;
  return {
    name: model,
    folder,
    place: project === undefined ? {} : { project },
    version,
    bump,
    params,
    metrics,
    tables,
    figures,
    meta,
    commit,
    command,
    generatedAt,
    strict,
    requireClean,
    inputs: Object.fromEntries(input ?? []),
    maxSize: maxSize === undefined ? undefined : sizeFrom(maxSize),
  };
}

function sizeFrom(text: string): number {
  const size = parseByteSize(text);
  if (size !== undefined) return size;
  throw new StackError("USAGE", `--max-size: ${JSON.stringify(text)} is not a size.`, {
    hint: `Write ${BYTE_SIZE_FORM}; 0 for no limit.`,
  });
}

/** How each thing that may be missing is given. */
const flagsFor: Readonly<Record<string, string>> = {
  commit: "--commit SHA",
  command: "--command TEXT",
  configuration: "--input configuration=PATH",
  database: "--input database=PATH",
  generated_at: "--generated-at T",
  params: "--params FILE",
  metrics: "--metrics FILE",
};

function missingText(missing: readonly string[]): string {
  const flags = missing.flatMap((name) => flagsFor[name] ?? []);
  const remedy =
    flags.length === 0
      ? ""
      : `\nhelp: ${flags.join(", ")}; or say under upload: keys: in stack.yaml where --meta FILE has it`;
  return `warning: not known of this training: ${missing.join(", ")}${remedy}`;
}

function planText(
  { model, version, bump, experiment, files, size, params, metrics, tags, missing }: UploadPlan,
  project: string | undefined,
): string {
  const entries = (values: Readonly<Record<string, string | number>>) =>
    Object.entries(values).map(
      ([key, value]) => [key, typeof value === "number" ? significant(value) : value] as const,
    );
  const group = (title: string, values: Readonly<Record<string, string | number>>) =>
    Object.keys(values).length === 0 ? [] : [`${title}\n${indent(fields(entries(values)))}`];
  return [
    fields([
      ["would register", `${model}${version === undefined ? "" : `/${version}`}`],
      ...(bump === undefined ? [] : [["bump", bump] as const]),
      ...(project === undefined ? [] : [["project", project] as const]),
      ["experiment", experiment],
      ["size", `${bytes(size)} in ${files.length} file${files.length === 1 ? "" : "s"}`],
      ["not known", missing.join(", ") || "-"],
    ]),
    ...group("params", params),
    ...group("metrics", metrics),
    ...group("tags", tags),
    `files\n${indent(
      table(
        ["PART", "PATH", "SIZE", "SHA256"],
        files.map(({ part, path, size: of, digest }) => [part, path, bytes(of), digest.slice("sha256:".length)]),
      ),
    )}`,
    "nothing was sent",
  ].join("\n\n");
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
