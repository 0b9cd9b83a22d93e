import { digestOf, type Digest } from "../../digest.ts";
import { commandLine } from "../../execution/command-line.ts";
import { cut } from "../../execution/tracked-run.ts";
import { canonicalJson } from "../../json.ts";
import { userName } from "../../platform.ts";
import type { Lineage } from "../lineage-tags.ts";
import type { UploadFile, UploadPlan } from "./model-upload.ts";
import type { Training } from "./training.ts";

/** Data that went into a training. */
export interface UploadInput {
  readonly name: string;
  /** The path that was given. */
  readonly source: string;
  readonly digest: Digest;
}

/** All that makes an upload what it is. */
export interface UploadFacts extends Pick<UploadPlan, "params" | "metrics"> {
  readonly modelDigest: Digest;
  readonly reports: readonly UploadFile[];
  readonly training: Training;
  readonly inputs: readonly UploadInput[];
}

/** What has the same digest is the same upload, from whatever machine and clone it is made, and in whatever order files are named. */
export function uploadDigest({ training, inputs, reports, ...facts }: UploadFacts): Digest {
  // A clone without the commit knows neither its page nor its full name.
  const { commitUrl: _, commit, ...said } = training;
  const about = {
    ...facts,
    training: { ...said, commit: commit?.slice(0, 7) },
    inputs: Object.fromEntries(inputs.map(({ name, digest }) => [name, digest])),
    reports: Object.fromEntries(reports.map(({ path, digest }) => [path, digest])),
  };
  return digestOf(canonicalJson(plain(about), "upload"));
}

/** What the version says of its training, and apart from it of this upload. `limit`: how long a tag may be. */
export function lineageOf(
  { modelDigest, training, inputs }: UploadFacts,
  digest: Digest,
  registeredBy: string,
  limit: number,
): Lineage {
  const { commit, commitUrl, dirty, user, generatedAt } = training;
  // Of a text that is too long for a tag its beginning says more than a refusal. The metadata on the tracked run has all of it.
  const short = (text: string | undefined) => (text === undefined ? undefined : cut(text, limit));
  return {
    registeredBy,
    user,
    command: short(training.command),
    createdAt: generatedAt,
    modelDigest,
    source: {
      ...(commit === undefined ? {} : { commit }),
      ...(commitUrl === undefined ? {} : { commitUrl }),
      ...(dirty === undefined ? {} : { dirty }),
    },
    training: {
      configuration: short(training.configuration),
      database: short(training.database),
      packageVersion: short(training.packageVersion),
    },
    ...(inputs.length === 0 ? {} : { inputs: Object.fromEntries(inputs.map(({ name, digest: of }) => [name, of])) }),
    upload: { user: userName(), command: cut(commandLine(), limit), at: new Date(), digest },
  };
}

/** As JSON has it: dates as texts, numbers that are none by their names, and without what is undefined. */
function plain(value: object): object {
  return JSON.parse(
    JSON.stringify(value, (_key, one: unknown) =>
      typeof one === "number" && !Number.isFinite(one) ? String(one) : one,
    ),
  ) as object;
}
