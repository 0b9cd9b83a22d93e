import { canonicalJson } from "../json.ts";
import type { RunRecord } from "../components/records.ts";
import type { SourceState } from "../execution/source-control.ts";

/** Over all that was uploaded of a model: by it, the same is found when it is uploaded again. */
export const UPLOAD_DIGEST = "modelstack.upload_digest";

/** Where a model came from, as far as it is known. What is not known is left out, never invented. */
export interface Lineage {
  /** Who or what registered it: `run/<id>/<instance>` for a step, else the name of the command or function. */
  readonly registeredBy: string;
  /** Who made it, with which command, and when. */
  readonly user?: string | undefined;
  readonly command?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly modelDigest: string;
  readonly run?: Pick<RunRecord, "id" | "name" | "pipeline"> & { readonly url?: string };
  /** The instance that produced the model. */
  readonly step?: string;
  readonly source?: Partial<SourceState>;
  /** What a training says of itself whose results are uploaded. */
  readonly training?: {
    readonly configuration?: string | undefined;
    readonly database?: string | undefined;
    readonly packageVersion?: string | undefined;
  };
  /** The upload of finished results, which is not the making of the model. */
  readonly upload?: { readonly user: string; readonly command: string; readonly at: Date; readonly digest: string };
  /** The data that went in: `instance.output` or a dataset's name, and its digest. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** The tags that every model version carries, without those that need the registry's answer or limits. */
export function lineageTags(lineage: Lineage): Record<string, string> {
  const { run, step, source, inputs, training, upload } = lineage;
  return withoutUndefined({
    "modelstack.registered_by": lineage.registeredBy,
    "modelstack.user": lineage.user,
    "modelstack.command": lineage.command,
    "modelstack.model_digest": lineage.modelDigest,
    "modelstack.created_at": lineage.createdAt?.toISOString(),
    "modelstack.pipeline_name": run?.pipeline,
    "modelstack.pipeline_run_id": run?.id,
    "modelstack.pipeline_run_name": run?.name,
    "modelstack.pipeline_run_url": run?.url,
    "modelstack.step_name": step,
    "modelstack.git_commit": source?.commit,
    "modelstack.git_commit_url": source?.commitUrl,
    "modelstack.git_dirty": source?.dirty === undefined ? undefined : String(source.dirty),
    "modelstack.git_folder": source?.folder === "" ? undefined : source?.folder,
    "modelstack.inputs": inputs === undefined ? undefined : canonicalJson(inputs),
    "modelstack.configuration": training?.configuration,
    "modelstack.database": training?.database,
    "modelstack.package_version": training?.packageVersion,
    [UPLOAD_DIGEST]: upload?.digest,
    "modelstack.upload_user": upload?.user,
    "modelstack.upload_command": upload?.command,
    "modelstack.upload_at": upload?.at.toISOString(),
  });
}

function withoutUndefined(tags: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
