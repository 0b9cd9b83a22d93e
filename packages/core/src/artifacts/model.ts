import { lstatSync } from "node:fs";
import type { RegistryModelVersion } from "../components/model-registry.ts";
import type { Digest } from "../digest.ts";
import type { ModelSignature } from "../components/model-signature.ts";
import type { ArtifactOptions, ArtifactType } from "./artifact-type.ts";
import { invalid } from "./packed.ts";

/** A model version as a reference gave it. */
export interface ReferencedVersion extends RegistryModelVersion {
  /** The reference as it was written: `models:/penguins@champion`. */
  readonly uri: string;
  /** The stack whose registry has it. */
  readonly stack: string;
}

/** A model as a step receives it. */
export interface ModelRef {
  /** The model's file, or its folder if it has several files. Read it; do not change it: others may be reading the same. */
  readonly path: string;
  /** Which version it is, when it came from a registry. */
  readonly version?: ReferencedVersion;
}

/** A model that came from a registry. */
export interface LoadedModel extends ModelRef {
  /** Its digest is known, also of one that another program registered: what lies at `path` has it. */
  readonly version: ReferencedVersion & { readonly modelDigest: Digest };
  /** What goes in and comes out, if it was said when it was registered. */
  readonly signature?: ModelSignature;
}

/** What an artifact type is called whose inputs also take references to registered models. */
export const MODEL_KIND = "model";

/** The type of `artifact.model()`. */
export type ModelType = ArtifactType<ModelRef, typeof MODEL_KIND>;

/**
 * A model: a file or a folder. An input of this type takes the output of a step that is either, or a reference to a registered version:
 * `models:/penguins@champion`, as a text in the pipeline or as a parameter. As an output it is the file or folder at `path`.
 */
export function model(options: ArtifactOptions = {}): ModelType {
  return {
    kind: MODEL_KIND,
    form: "file",
    accepts: [MODEL_KIND, "file", "directory"],
    ...options,
    pack: (value) => {
      if (typeof value?.path !== "string") throw invalid("expected a model: { path } of its file or folder");
      return { form: isFolder(value.path) ? "directory" : "file", path: value.path };
    },
    unpack: (packed) => {
      if (packed.form === "bytes") throw invalid("expected a file or a folder, got bytes");
      return { path: packed.path };
    },
  };
}

/** Whether a model is a folder. What is not there is found out when it is read. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
