import { buildCommand } from "@stricli/core";
import {
  argument,
  changeFlags,
  flag,
  optional,
  optionalArgument,
  pairs,
  parseNumberPair,
  stackFlags,
  yesFlag,
} from "./parameters.ts";

const model = argument("NAME", "The model");
const version = argument("NAME/VERSION", "Or NAME/STAGE, NAME/latest, NAME@ALIAS");
const either = argument("NAME[/VERSION]", "A model, or one of its versions");
const changes = () => import("../commands/models/change.ts");

const bumpFlag = {
  kind: "enum",
  values: ["major", "minor", "patch"],
  optional: true,
  brief: "Which part of a semver version to count up",
} as const;
const requireCleanFlag = {
  kind: "boolean",
  optional: true,
  withNegated: false,
  brief: "Refuse what was made from a checkout with changes",
} as const;
/** Files, any number of times. */
const files = (brief: string) =>
  ({ kind: "parsed", parse: String, optional: true, variadic: true, placeholder: "FILE", brief }) as const;

/** Commands that change the registry. */
export const changeRoutes = {
  register: buildCommand({
    loader: () => import("../commands/models/register.ts"),
    parameters: {
      flags: {
        run: optional("RUN", "The run whose output it is"),
        step: optional("STEP", "The step, if several have that output"),
        artifact: optional("OUTPUT", "The output's name"),
        version: optional("VERSION", "Where the registry takes versions"),
        bump: bumpFlag,
        description: optional("TEXT", "What this version is"),
        tag: pairs("A tag"),
        metric: {
          kind: "parsed",
          parse: parseNumberPair,
          optional: true,
          variadic: true,
          placeholder: "NAME=NUMBER",
          brief: "A metric, beside those of the run",
        },
        stage: optional("STAGE", "None, Staging, Production or Archived"),
        alias: {
          kind: "parsed",
          parse: String,
          optional: true,
          variadic: true,
          placeholder: "ALIAS",
          brief: "An alias for this version",
        },
        file: files("A file to keep beside the model"),
        format: optional("FORMAT", "How the model is stored, such as onnx or sklearn"),
        signature: optional("FILE", "What goes in and comes out, as JSON"),
        inputExample: optional("FILE", "What may go in, as JSON; checked against the signature"),
        requireClean: requireCleanFlag,
        ...stackFlags,
      },
      positional: {
        kind: "tuple",
        parameters: [model, optionalArgument("PATH", "A file or folder, when it is not a run's output")],
      },
    },
    docs: {
      brief: "Register a version from a file, a folder or a run's output",
      customUsage: ["penguins forest.json", "penguins --run latest --step train-large --artifact model"],
    },
  }),
  upload: buildCommand({
    loader: () => import("../commands/models/upload.ts"),
    parameters: {
      flags: {
        model: { kind: "parsed", parse: String, placeholder: "NAME", brief: "The model" },
        project: optional("PATH", "Another project of the registry's server"),
        version: optional("VERSION", "Where the registry takes versions"),
        bump: bumpFlag,
        params: optional("FILE[:PART]", "The parameters: JSON, YAML or CSV"),
        metrics: optional("FILE[:PART]", "The metrics, such as evaluation.json:test"),
        table: files("A table, kept on the tracked run"),
        figure: files("A figure, kept on the tracked run"),
        meta: optional("FILE", "What the training says of itself: JSON or YAML"),
        commit: optional("SHA", "The commit that the training ran from"),
        command: optional("TEXT", "The command line of the training"),
        generatedAt: optional("T", "When the model was made, in UTC"),
        input: { ...pairs("Data that went in"), placeholder: "NAME=PATH" },
        maxSize: optional("SIZE", "At most so much. 0 for no limit. Default: 10MB"),
        requireClean: requireCleanFlag,
        dryRun: flag("Show what would be sent, and send nothing"),
        strict: flag("Refuse what is not complete"),
        ...stackFlags,
      },
      positional: {
        kind: "tuple",
        parameters: [argument("FOLDER", "The results: the model's folder, or its one file")],
      },
    },
    docs: {
      brief: "Register the finished results of a training",
      customUsage: ["results --model penguins --meta train.meta.json --metrics evaluation.json:test"],
    },
  }),
  create: buildCommand({
    loader: async () => (await changes()).create,
    parameters: {
      flags: { description: optional("TEXT", "What it is"), tag: pairs("A tag"), ...changeFlags },
      positional: { kind: "tuple", parameters: [model] },
    },
    docs: { brief: "Make a model without versions", customUsage: ["whales --description 'Not birds'"] },
  }),
  update: buildCommand({
    loader: async () => (await changes()).update,
    parameters: {
      flags: {
        description: { kind: "parsed", parse: String, placeholder: "TEXT", brief: "The new description" },
        ...changeFlags,
      },
      positional: { kind: "tuple", parameters: [either] },
    },
    docs: { brief: "Describe a model or version", customUsage: ["penguins/1 --description 'The largest forest'"] },
  }),
  rename: buildCommand({
    loader: async () => (await changes()).rename,
    parameters: {
      flags: changeFlags,
      positional: { kind: "tuple", parameters: [model, argument("NEW-NAME", "Its new name")] },
    },
    docs: { brief: "Rename a model", customUsage: ["whales whale"] },
  }),
  tag: buildCommand({
    loader: async () => (await changes()).tag,
    parameters: {
      flags: changeFlags,
      positional: {
        kind: "array",
        parameter: { parse: String, placeholder: "NAME[/VERSION] KEY=VALUE", brief: "What to tag, and the tags" },
        minimum: 2,
      },
    },
    docs: { brief: "Set tags of a model or version", customUsage: ["penguins/1 team=birds"] },
  }),
  untag: buildCommand({
    loader: async () => (await changes()).untag,
    parameters: {
      flags: changeFlags,
      positional: {
        kind: "array",
        parameter: { parse: String, placeholder: "NAME[/VERSION] KEY", brief: "What to untag, and the keys" },
        minimum: 2,
      },
    },
    docs: { brief: "Remove tags of a model or version", customUsage: ["penguins/1 team"] },
  }),
  alias: buildCommand({
    loader: async () => (await changes()).alias,
    parameters: {
      flags: {
        delete: flag("Remove it"),
        expected: optional("VERSION", "Refuse if it points elsewhere now; none for nowhere"),
        ...changeFlags,
      },
      positional: { kind: "tuple", parameters: [version, argument("ALIAS", "Such as champion")] },
    },
    docs: {
      brief: "Point an alias at a version, or remove it",
      customUsage: ["penguins/1 champion", "penguins champion --delete"],
    },
  }),
  promote: buildCommand({
    loader: async () => (await changes()).promote,
    parameters: {
      flags: {
        archivePrevious: flag("Archive the other versions that are in the stage"),
        expected: optional("STAGE", "Refuse if the version is in another stage now"),
        expectedHolder: optional("VERSION", "Refuse if another version holds the stage now; none for nobody"),
        leave: flag("Take it out of the stage instead"),
        ...changeFlags,
      },
      positional: {
        kind: "tuple",
        parameters: [version, argument("STAGE", "None, Staging, Production or Archived")],
      },
    },
    docs: {
      brief: "Move a version to a stage",
      customUsage: [
        "penguins/2 production --reason 'better recall'",
        "penguins/2 production --archive-previous --expected-holder 1",
      ],
    },
  }),
  comment: buildCommand({
    loader: () => import("../commands/models/comment.ts"),
    parameters: {
      flags: stackFlags,
      positional: { kind: "tuple", parameters: [either, argument("TEXT", "What to say of it")] },
    },
    docs: { brief: "Comment on a model or version", customUsage: ["penguins/1 'checked on the holdout set'"] },
  }),
  deprecate: buildCommand({
    loader: () => import("../commands/models/deprecate.ts"),
    parameters: {
      flags: {
        use: optional("VERSION", "The version to use instead"),
        undo: flag("Take it back"),
        ...changeFlags,
      },
      positional: { kind: "tuple", parameters: [either] },
    },
    docs: {
      brief: "Say that a model or version should not be used any more",
      customUsage: ["penguins/1 --reason 'confuses females' --use 2", "penguins/1 --undo"],
    },
  }),
  delete: buildCommand({
    loader: async () => (await changes()).remove,
    parameters: { flags: { ...yesFlag, ...changeFlags }, positional: { kind: "tuple", parameters: [either] } },
    docs: { brief: "Delete a model or version; restore brings it back", customUsage: ["penguins/1", "penguins --yes"] },
  }),
  restore: buildCommand({
    loader: async () => (await changes()).restore,
    parameters: { flags: changeFlags, positional: { kind: "tuple", parameters: [either] } },
    docs: { brief: "Bring a deleted model or version back", customUsage: ["penguins/1", "penguins"] },
  }),
};
