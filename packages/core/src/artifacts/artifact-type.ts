/** A file that a step produced or receives. */
export interface FileRef {
  /** Where it lies on this machine while the step runs. Read it; to change it, write another file. */
  readonly path: string;
}

/** A folder that a step produced or receives. */
export interface FolderRef {
  /** Where it lies on this machine while the step runs. */
  readonly folder: string;
}

/** A value on its way to or from an artifact store: bytes in memory, or a file or folder on this machine. */
export type Packed =
  | {
      readonly form: "bytes";
      readonly bytes: Uint8Array;
      /** In place of the type's, where it depends on the value: `.svg` of one figure, `.png` of another. */
      readonly extension?: string;
    }
  | { readonly form: "file"; readonly path: string }
  | { readonly form: "directory"; readonly path: string };

declare const VALUE: unique symbol;

/**
 * How values of `T` become an artifact and come back. A type of your own is an object with a `kind`, `form`, `pack` and `unpack`.
 * `unpack(pack(value))` must equal `value`, in another process too. Either may return a promise, to load what it needs when it needs it.
 */
export interface ArtifactType<T, K extends string = string> {
  /** Shown in lists, stored with the artifact and compared when steps are wired at run time. */
  readonly kind: K;
  /** What {@link ArtifactType.pack} gives and {@link ArtifactType.unpack} takes. */
  readonly form: Packed["form"];
  /** How the name of a file with this content ends, with its dot: `.json`. Files and folders have names of their own. */
  readonly extension?: string;
  /** When set, every different content stored under this name counts a version: `penguins-clean:3`. */
  readonly name?: string;
  /** The kinds that an input of this type takes, if they are others than its own. */
  readonly accepts?: readonly string[];
  readonly [VALUE]?: T;
  /** @throws StackError VALUE_NOT_JSON or ARTIFACT_INVALID when the value cannot be stored so that it comes back equal. */
  pack(value: T): Packed | Promise<Packed>;
  /** @throws StackError ARTIFACT_INVALID when the content is not one of this type. */
  unpack(packed: Packed): T | Promise<T>;
}

// The value's type stands in method parameters, so only `any` accepts every artifact type.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyArtifactType = ArtifactType<any>;

export interface ArtifactOptions {
  /** Count versions under this name: `artifact.json(schema, { name: "penguins-clean" })`. */
  readonly name?: string;
}
