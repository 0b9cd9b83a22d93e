import { z } from "zod";

/** What can be known of a training whose results are uploaded, and what it is. */
const facts = {
  commit: "the commit that it ran from",
  commit_url: "the page of that commit",
  dirty: "whether its checkout had changes",
  package_version:
    "the version of the package that trained; one that ends in .d and digits was made of a checkout with changes",
  command: "its command line: a text, or a list of words",
  configuration: "its configuration, such as the path of a file",
  database: "the data that it was given, such as a name",
  generated_at: "when the model was made, in ISO 8601; in UTC unless a zone is given",
  user: "who trained",
} as const;

export type TrainingFact = keyof typeof facts;
export const trainingFacts = Object.keys(facts) as readonly TrainingFact[];

/** The key of a metadata file for each fact: the literal key, or keys with dots between levels. */
export type TrainingKeys = Readonly<Record<TrainingFact, string>>;

const keys = Object.fromEntries(
  Object.entries(facts).map(([fact, what]) => [
    fact,
    z.string().min(1).default(fact).describe(`Where it says ${what}`),
  ]),
  // Each of the facts, and nothing else.
) as { readonly [F in TrainingFact]: z.ZodDefault<z.ZodString> };

/** What stack.yaml says under `upload:`. */
export const uploadSchema = z.strictObject({
  keys: z
    .strictObject(keys)
    .prefault({})
    .describe("Where a training's metadata file (--meta) says what: keys, with dots between levels"),
  max_size: z.string().optional().describe("How much an upload may hold, such as 500MB; 0 for no limit. Default: 10MB"),
});

/** How finished results are uploaded. */
export interface UploadSettings {
  readonly keys: TrainingKeys;
  /** In bytes; 0 for no limit. */
  readonly maxSize: number;
}

/** Models of research are small; what is much larger may be a folder that was not meant. In bytes. */
export const DEFAULT_UPLOAD_LIMIT = 10_000_000;

export const defaultUploadSettings: UploadSettings = {
  keys: uploadSchema.parse({}).keys,
  maxSize: DEFAULT_UPLOAD_LIMIT,
};
