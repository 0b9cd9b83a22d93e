import { z } from "zod";
import { BYTE_SIZE_FORM, parseByteSize } from "../byte-size.ts";
import { componentKinds, type ComponentKind } from "../components/kinds.ts";
import { messageOf, StackError, type SourceLocation } from "../errors.ts";
import { checkLabel, checkPortableName } from "../names.ts";
import { didYouMean } from "../suggest.ts";
import { readStackText, STACK_FILE_EXAMPLE } from "./stack-text.ts";
import {
  DEFAULT_UPLOAD_LIMIT,
  defaultUploadSettings,
  trainingFacts,
  uploadSchema,
  type UploadSettings,
} from "./upload-settings.ts";
import type { YamlSource } from "./yaml-source.ts";

const component = z.looseObject({ flavor: z.string() });
const stack = z.strictObject({
  orchestrator: component.optional(),
  artifact_store: component.optional(),
  metadata_store: component.optional(),
  experiment_tracker: component.optional(),
  model_registry: component.optional(),
});
export const stackFileSchema = z.strictObject({
  $schema: z.string().optional().describe("For editors; not looked at"),
  version: z.literal(1).describe("The form of this file"),
  active: z.string().describe("The stack that commands use unless --stack or STACK_NAME names another one"),
  plugins: z
    .array(z.string())
    .default([])
    .describe("Packages that bring flavors, or folders of the project that are such packages"),
  model_names: z.string().optional().describe("A regular expression (flag u) that names of models must match"),
  model_cache_limit: z.string().optional().describe("How much the cache of loaded models may hold, such as 20GiB"),
  default_tags: z
    .record(z.string(), z.string())
    .default({})
    .describe("Tags of every run and every model version; their own win"),
  require_clean: z
    .boolean()
    .default(false)
    .describe("true refuses to register models that were made from a checkout with changes"),
  upload: uploadSchema.prefault({}).describe("How `stack models upload` reads the results of a training"),
  stacks: z.record(z.string(), stack).describe("Stacks by name"),
});

/** A component as stack.yaml configures it: its flavor and the flavor's own keys, not yet checked. */
export interface ComponentEntry {
  readonly flavor: string;
  readonly config: Readonly<Record<string, unknown>>;
}
/** The components of one stack. */
export type StackEntry = { readonly [K in ComponentKind]?: ComponentEntry };

/** What stack.yaml says, with `${env:NAME}` not yet replaced. */
export interface StackFile {
  /** Where it stands; `undefined` for the built-in stack. */
  readonly source: YamlSource | undefined;
  readonly active: string;
  readonly plugins: readonly string[];
  /** What names of models must match. */
  readonly modelNames: RegExp | undefined;
  /** Put on every run and every model version; their own tags win. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** How much the cache of loaded models may hold, in bytes. */
  readonly modelCacheLimit: number;
  /** Models that were made from a checkout with changes are refused. */
  readonly requireClean: boolean;
  readonly upload: UploadSettings;
  readonly stacks: ReadonlyMap<string, StackEntry>;
}

const DEFAULT_MODEL_CACHE_LIMIT = 20 * 1024 ** 3;

/** What a stack has when stack.yaml leaves it out; a tracker and a registry are optional. */
const defaults = {
  orchestrator: { flavor: "local", config: {} },
  artifact_store: { flavor: "local", config: {} },
  metadata_store: { flavor: "local", config: {} },
} as const satisfies StackEntry;

/** The stack that serves where there is no stack.yaml. */
export const builtInStackFile: StackFile = {
  source: undefined,
  active: "local",
  plugins: [],
  modelNames: undefined,
  defaultTags: {},
  modelCacheLimit: DEFAULT_MODEL_CACHE_LIMIT,
  requireClean: false,
  upload: defaultUploadSettings,
  stacks: new Map([
    [
      "local",
      {
        ...defaults,
        experiment_tracker: { flavor: "local", config: {} },
        model_registry: { flavor: "local", config: {} },
      },
    ],
  ]),
};

/**
 * Reads and checks stack.yaml.
 *
 * @throws StackError STACK_FILE_NOT_FOUND, STACK_FILE_TOO_LARGE, STACK_FILE_EMPTY, STACK_FILE_SYNTAX, STACK_FILE_INVALID
 */
export async function readStackFile(path: string): Promise<StackFile> {
  const text = await readStackText(path);
  // Loaded when there is a file to read: the built-in stack needs no YAML.
  const { YamlSource } = await import("./yaml-source.ts");
  const source = YamlSource.parse(path, text);
  if (source.isEmpty) {
    throw new StackError("STACK_FILE_EMPTY", `${path} is empty.`, {
      hint: `A minimal one:\n${STACK_FILE_EXAMPLE}`,
      location: { file: path },
    });
  }
  const result = stackFileSchema.safeParse(source.data);
  if (!result.success) throw invalid(source, result.error);
  const { active, plugins, stacks, require_clean: requireClean, upload } = result.data;
  const { model_names: pattern, model_cache_limit: limit, default_tags: defaultTags } = result.data;
  for (const name of Object.keys(stacks)) checkStackName(source, name);
  for (const key of Object.keys(defaultTags)) checkTagKey(source, key);
  if (!Object.hasOwn(stacks, active)) {
    throw new StackError("STACK_FILE_INVALID", `active: names the stack "${active}", which ${path} does not have.`, {
      location: source.locate(["active"]),
      hint: didYouMean(active, Object.keys(stacks), "Stacks"),
    });
  }
  return {
    source,
    active,
    plugins,
    modelNames: pattern === undefined ? undefined : compile(pattern, source.locate(["model_names"])),
    defaultTags,
    modelCacheLimit: limit === undefined ? DEFAULT_MODEL_CACHE_LIMIT : byteSize(limit, source, ["model_cache_limit"]),
    requireClean,
    upload: {
      keys: upload.keys,
      maxSize:
        upload.max_size === undefined
          ? DEFAULT_UPLOAD_LIMIT
          : byteSize(upload.max_size, source, ["upload", "max_size"]),
    },
    stacks: new Map(Object.entries(stacks).map(([name, entry]) => [name, { ...defaults, ...components(entry) }])),
  };
}

function components(entry: z.output<typeof stack>): StackEntry {
  return Object.fromEntries(
    componentKinds.flatMap((kind) => {
      const given = entry[kind];
      if (given === undefined) return [];
      const { flavor, ...config } = given;
      return [[kind, { flavor, config }]];
    }),
  );
}

function byteSize(text: string, source: YamlSource, path: readonly string[]): number {
  const bytes = parseByteSize(text);
  if (bytes !== undefined) return bytes;
  throw new StackError("STACK_FILE_INVALID", `${path.join(".")}: is not a size: ${JSON.stringify(text)}`, {
    location: source.locate(path),
    hint: `Write ${BYTE_SIZE_FORM}.`,
  });
}

function compile(pattern: string, location: SourceLocation): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch (cause) {
    throw new StackError("STACK_FILE_INVALID", `model_names: is not a regular expression: ${messageOf(cause)}.`, {
      location,
      hint: "Write a pattern for the whole name, such as ^[a-z]+$.",
      cause,
    });
  }
}

function invalid(source: YamlSource, error: z.ZodError): StackError {
  // A misspelt key is also a missing one; its spelling is what to mend.
  const issue = error.issues.find(({ code }) => code === "unrecognized_keys") ?? error.issues[0]!;
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const where = path.length === 0 ? "" : ` in ${path.join(".")}`;
    return new StackError("STACK_FILE_INVALID", `unknown key "${key}"${where}`, {
      location: source.locate([...path, key], "key"),
      hint: didYouMean(key, keysAt(path)),
    });
  }
  const got = describe(source.at(path));
  const missing = got === "nothing";
  return new StackError(
    "STACK_FILE_INVALID",
    `${path.join(".") || "the file"}: ${missing ? "is missing" : `${expectation(issue)}, got ${got}`}`,
    {
      location: source.locate(missing ? path.slice(0, -1) : path),
      hint: missing
        ? `Add it${path.at(-1) === "version" ? ': "version: 1"' : ""}. A minimal file:\n${STACK_FILE_EXAMPLE}`
        : remedy(issue, source, path),
    },
  );
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `expected ${inYaml[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value")
    return `expected ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  return issue.message;
}

const inYaml: Partial<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  string: "text",
};

function remedy(issue: z.core.$ZodIssue, source: YamlSource, path: readonly string[]): string {
  if (issue.code === "invalid_value") return `Write ${path.at(-1)}: ${issue.values.join(" or ")}`;
  if (issue.code !== "invalid_type") return "Mend this line.";
  const value = source.at(path);
  if (issue.expected === "string" && (typeof value === "number" || typeof value === "boolean")) {
    return `YAML reads it as a ${typeof value}. Put it in quotes: ${path.at(-1)}: "${source.written(path)}"`;
  }
  if (value === null && issue.expected !== "string") return `For one without settings write ${path.at(-1)}: {}`;
  return "Mend this line.";
}

function checkStackName(source: YamlSource, name: string): void {
  try {
    checkPortableName("The stack name", name);
  } catch (cause) {
    throw new StackError("STACK_FILE_INVALID", messageOf(cause), {
      location: source.locate(["stacks", name], "key"),
      hint: "Give the stack another name.",
      cause,
    });
  }
}

function checkTagKey(source: YamlSource, key: string): void {
  const refuse = (message: string, cause?: unknown) => {
    throw new StackError("STACK_FILE_INVALID", message, {
      location: source.locate(["default_tags", key], "key"),
      hint: "Give the tag another name.",
      cause,
    });
  };
  // The framework's own would win, and say something else.
  if (key.startsWith("modelstack.")) refuse(`default_tags: the tag ${key} is set by the framework.`);
  try {
    checkLabel("The tag", key);
  } catch (cause) {
    refuse(messageOf(cause), cause);
  }
}

/** What something is, as a person who wrote YAML would say. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return `${typeof value} ${JSON.stringify(value)}`;
}

/** The keys that may stand at a path, for suggestions. */
function keysAt(path: readonly string[]): string[] {
  if (path.length === 0) return Object.keys(stackFileSchema.shape);
  if (path[0] === "upload") return path.length === 1 ? Object.keys(uploadSchema.shape) : [...trainingFacts];
  return path[0] === "stacks" && path.length === 2 ? [...componentKinds] : [];
}
