import { z } from "zod";
import { ArtifactIo } from "../artifacts/artifact-io.ts";
import type { AnyArtifactType, ArtifactType } from "../artifacts/artifact-type.ts";
import { textOf } from "../artifacts/packed.ts";
import { tableFrom } from "../artifacts/table.ts";
import { artifact } from "../artifacts/types.ts";
import type { OutputRecord } from "../components/records.ts";
import { StackError } from "../errors.ts";
import { filesIn } from "../pipeline/standalone-context.ts";
import type { WithStack } from "./with-stack.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** An output of a run, read when it is asked for. */
export interface StoredOutput<T = unknown> {
  /** `instance.output`; the pipeline's own name of it where no step has it. */
  readonly ref: string;
  /** The artifact type's kind: `json`, `text`, `file`. */
  readonly kind: string;
  /** Where its content is recorded; nowhere unless the step has succeeded. */
  readonly record?: OutputRecord;
  /**
   * The value. Files and folders are copies in a temporary folder. With a type it is read as that; without one as the pipeline says, if it
   * was given, else as far as the stored kind tells: JSON, a text, rows by column, a figure, a file or folder, or bytes.
   *
   * @throws StackError ARTIFACT_NOT_FOUND when it was not produced; ARTIFACT_INVALID when it is not of that type; DIGEST_MISMATCH
   */
  load(): Promise<T>;
  load<U>(type: ArtifactType<U>): Promise<U>;
}

/** Where an output of a run is, and how it may be read. */
export interface OutputPlace {
  readonly run: { readonly name: string; readonly pipeline: string };
  readonly ref: string;
  readonly kind: string;
  readonly record?: OutputRecord | undefined;
  /** The type that the pipeline's code gives it. */
  readonly type?: AnyArtifactType | undefined;
}

export function storedOutput(withStack: WithStack, place: OutputPlace): StoredOutput {
  const { ref, kind, record } = place;
  // The overloads are what callers see; without a type the value is what the pipeline's type parameter says.
  const load = (async (type?: AnyArtifactType) => loadOutput(withStack, place, type)) as StoredOutput["load"];
  return { ref, kind, ...(record === undefined ? {} : { record }), load };
}

async function loadOutput(
  withStack: WithStack,
  { run, ref, kind, record, type: declared }: OutputPlace,
  type?: AnyArtifactType,
): Promise<unknown> {
  if (record === undefined) {
    throw new StackError("ARTIFACT_NOT_FOUND", `Run ${run.name} has no output ${ref}.`, {
      hint: `It was not produced: stack runs show ${run.name}`,
    });
  }
  return withStack(async (stack) => {
    const metadata = await stack.metadataStore();
    const artifacts = new ArtifactIo(() => stack.artifactStore(), metadata);
    const as = type ?? declared ?? typeOfKind(kind, (await metadata.getArtifact(record.digest)).form);
    const { folder } = filesIn(() => temporaryFolder(run.pipeline));
    return artifacts.load(as, record.digest, () => folder(record.name).folder, record.fileName);
  });
}

/** Rows as they are stored, by column. */
const rows: AnyArtifactType = {
  ...artifact.bytes(),
  unpack: async (packed) => {
    const { columns, data } = await tableFrom(textOf(packed));
    return data.map((cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i]])));
  },
};

const kinds: Readonly<Record<string, AnyArtifactType>> = {
  json: artifact.json(z.json()),
  text: artifact.text(),
  table: rows,
  figure: artifact.figure(),
  model: artifact.model(),
};

/** Reads what is stored without the type that it was stored with. */
function typeOfKind(kind: string, form: AnyArtifactType["form"]): AnyArtifactType {
  return kinds[kind] ?? { bytes: artifact.bytes(), file: artifact.file(), directory: artifact.directory() }[form];
}
