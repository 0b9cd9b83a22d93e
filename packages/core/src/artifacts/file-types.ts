import type { ArtifactOptions, ArtifactType, FileRef, FolderRef, Packed } from "./artifact-type.ts";
import { invalid } from "./packed.ts";

/** One file, made with `context.file(name, data)` or any file on this machine. Its last name is kept. */
export function file(options: ArtifactOptions = {}): ArtifactType<FileRef, "file"> {
  return {
    kind: "file",
    form: "file",
    ...options,
    pack: (value) => {
      if (typeof value?.path !== "string") throw invalid("expected a file, as context.file() makes it");
      return { form: "file", path: value.path };
    },
    unpack: (packed) => ({ path: place(packed, "file") }),
  };
}

/** A folder with all it holds, made with `context.folder()`. Symbolic links and devices in it are refused. */
export function directory(options: ArtifactOptions = {}): ArtifactType<FolderRef, "directory"> {
  return {
    kind: "directory",
    form: "directory",
    ...options,
    pack: (value) => {
      if (typeof value?.folder !== "string") throw invalid("expected a folder, as context.folder() makes it");
      return { form: "directory", path: value.folder };
    },
    unpack: (packed) => ({ folder: place(packed, "directory") }),
  };
}

function place(packed: Packed, form: "file" | "directory"): string {
  if (packed.form !== form) throw invalid(`expected a ${form}, got ${packed.form}`);
  return packed.path;
}
