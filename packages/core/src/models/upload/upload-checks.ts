import type { ModelRegistry } from "../../components/model-registry.ts";
import { checkModelName, checkVersionGiven } from "../../components/registry-checks.ts";
import { formatByteSize } from "../../byte-size.ts";
import { StackError } from "../../errors.ts";
import type { Stack } from "../../stack/stack.ts";
import { sizeOf } from "../model-files.ts";
import type { ModelUpload } from "./model-upload.ts";
import type { ReportFile } from "./reports.ts";

/** What a registry would refuse when all is sent. */
export function refuseUnfit(stack: Stack, { name, version, bump }: ModelUpload, { capabilities }: ModelRegistry): void {
  checkModelName(name, stack.modelNames);
  checkVersionGiven(name, version, capabilities);
  if (version !== undefined && capabilities.versions === "semver" && !/^v?\d+\.\d+\.\d/.test(version)) {
    throw new StackError("VERSION_INVALID", `${JSON.stringify(version)} is not a semantic version.`, {
      hint: "Write MAJOR.MINOR.PATCH, such as 1.2.0.",
    });
  }
  const counts = capabilities.versions === "assigned" && version !== undefined;
  if (!counts && (bump === undefined || capabilities.versions === "semver")) return;
  throw new StackError(
    "UNSUPPORTED",
    `This registry ${counts ? "assigns versions itself" : "has no semantic versions to bump"}.`,
    {
      hint: `Leave ${counts ? "version" : "bump"} out, or use a registry with semantic versions.`,
    },
  );
}

/** Looks at the sizes of all files, and at nothing in them. @throws StackError UPLOAD_TOO_LARGE */
export async function refuseLarge(
  stack: Stack,
  { maxSize = stack.upload.maxSize }: ModelUpload,
  path: string,
  found: readonly ReportFile[],
) {
  if (maxSize === 0) return;
  const size = found.reduce((sum, file) => sum + file.size, await sizeOf(path));
  if (size <= maxSize) return;
  throw new StackError(
    "UPLOAD_TOO_LARGE",
    `The upload would be ${formatByteSize(size)}, at most ${formatByteSize(maxSize)} are allowed. Nothing was sent.`,
    {
      hint: "Leave files out of the folder, or allow more: --max-size 500MB (0 for no limit), or max_size: under upload: in stack.yaml.",
    },
  );
}

/** @throws StackError UPLOAD_INCOMPLETE naming all that is not known */
export function refuseIncomplete(name: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new StackError("UPLOAD_INCOMPLETE", `Of ${name} it is not known: ${missing.join(", ")}. Nothing was sent.`, {
    hint: "Give them, or say under upload: keys: in stack.yaml which keys of the metadata file hold them.",
  });
}
