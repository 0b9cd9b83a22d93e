import { StackError } from "../../errors.ts";
import { findCommit } from "../../execution/source-control.ts";
import { momentOf } from "../../moment.ts";
import { quote } from "../../quote.ts";
import { maskCommand, maskSecrets } from "../../secrets.ts";
import type { TrainingFact, TrainingKeys } from "../../stack/upload-settings.ts";
import { valueAt } from "./numbers.ts";
import type { ModelUpload } from "./model-upload.ts";
import type { Mapping } from "./result-file.ts";

/** What is known of a training: never of the upload of its results. */
export interface Training {
  readonly commit?: string | undefined;
  readonly commitUrl?: string | undefined;
  readonly dirty?: boolean | undefined;
  readonly packageVersion?: string | undefined;
  readonly command?: string | undefined;
  readonly configuration?: string | undefined;
  readonly database?: string | undefined;
  readonly generatedAt?: Date | undefined;
  readonly user?: string | undefined;
}

/** What a version should say of its training. */
const expected = ["commit", "command", "configuration", "database", "generatedAt"] as const;

/** The names of what is expected and not known, as stack.yaml writes them. */
export function unknownFacts(training: Training): string[] {
  return expected
    .filter((fact) => training[fact] === undefined)
    .map((fact) => (fact === "generatedAt" ? "generated_at" : fact));
}

/**
 * What is known of a training: from what is given, else from its metadata.
 *
 * @throws StackError RESULT_INVALID for a commit, date or yes-or-no that is none
 */
export async function trainingOf(
  { commit, command, generatedAt, inputs = {} }: ModelUpload,
  meta: { readonly path: string; readonly content: Mapping } | undefined,
  keys: TrainingKeys,
  projectFolder: string,
): Promise<Training> {
  const said = (fact: TrainingFact) => {
    const value = meta === undefined ? undefined : valueAt(meta.content, keys[fact]);
    return value === null || value === "" ? undefined : value;
  };
  const text = (fact: TrainingFact) => maskedText(said(fact));
  const refuse = (fact: TrainingFact) => (value: unknown, expects: string) => {
    const where =
      meta === undefined || commit === value || generatedAt === value ? "given" : `${keys[fact]} of ${meta.path}`;
    return new StackError(
      "RESULT_INVALID",
      `The ${fact} of the training (${where}) is not ${expects}: ${JSON.stringify(value)}.`,
    );
  };
  const packageVersion = text("package_version");
  const ran = await sourceOf(commit ?? text("commit"), projectFolder, refuse("commit"));
  // What the metadata says of a commit is not said of another one.
  const own = commit === undefined;
  const dirty = (own ? dirtyOf(said("dirty"), refuse("dirty")) : undefined) ?? ran?.dirty;
  return {
    commit: ran?.commit,
    commitUrl: (own ? text("commit_url") : undefined) ?? ran?.commitUrl,
    dirty: packageVersion !== undefined && DIRTY_VERSION.test(packageVersion) ? true : dirty,
    packageVersion,
    command: commandOf(command ?? said("command")),
    configuration: text("configuration") ?? inputs["configuration"],
    database: text("database") ?? inputs["database"],
    generatedAt: dateOf(generatedAt ?? text("generated_at"), refuse("generated_at")),
    user: text("user"),
  };
}

/** How setuptools-scm names a version that was made of a checkout with changes: `1.2.dev3+g1a2b3c4.d20261121`. */
const DIRTY_VERSION = /\.d\d+$/;

/** A commit, also as `git describe --dirty` and Mercurial's tools write it. */
const COMMIT = /^([0-9a-f]{7,64})(-dirty|\+)?$/i;

type Refuse = (value: unknown, expects: string) => StackError;

async function sourceOf(text: string | undefined, projectFolder: string, refuse: Refuse) {
  if (text === undefined) return undefined;
  const [, commit, suffix] = COMMIT.exec(text) ?? [];
  if (commit === undefined) throw refuse(text, "a commit, 7 to 64 hexadecimal digits");
  const found = await findCommit(projectFolder, commit.toLowerCase());
  return { commit: commit.toLowerCase(), ...found, dirty: suffix === undefined ? undefined : true };
}

function dirtyOf(value: unknown, refuse: Refuse): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  const word = textOf(value)?.toLowerCase();
  if (word !== "true" && word !== "false") throw refuse(value, "true or false");
  return word === "true";
}

function dateOf(value: Date | string | undefined, refuse: Refuse): Date | undefined {
  // Python writes a space in place of the T unless it is told not to.
  const moment = typeof value === "string" ? momentOf(value.replace(/^(\d{4}-\d\d-\d\d) /, "$1T")) : value;
  if (value !== undefined && (moment === undefined || Number.isNaN(moment.getTime())))
    throw refuse(value, "a date or time as 2026-11-21 or 2026-11-21T09:30");
  return moment;
}

/** A command line as it may be stored. */
function commandOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return maskCommand(value.map(String)).map(quote).join(" ");
  const text = textOf(value);
  return text === undefined ? undefined : maskCommand(text.split(" ")).join(" ");
}

/** As it may be stored. */
function maskedText(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : maskSecrets(text);
}

function textOf(value: unknown): string | undefined {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}
