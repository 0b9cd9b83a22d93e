import { hasLevel, mustRead, withProject } from "./access.ts";
import { asBearer, authenticate } from "./auth.ts";
import { admitted } from "./guards.ts";
import type { Answer, Call, ProjectCall, Route } from "./http/call.ts";
import { forbidden, invalidRequest, notFound } from "./http/refusals.ts";
import type { Candidate, ModelVersion, Package, Project } from "./instance.ts";
import { addFile, makePackage, newest, received } from "./package-files.ts";
import { findPackage, packageNames } from "./run-records.ts";

// Files of runs and model versions, as packages of the type ml_model. [S] lib/api/ml_model_packages.rb

const path = "/api/v4/projects/:id/packages/ml_models/:owner/files/*file";
const source = "[S] lib/api/ml_model_packages.rb";

export const mlPackageRoutes: readonly Route[] = [
  { method: "PUT", path, source, takesFile: true, admit: admitted(mayUpload, upload) },
  { method: "GET", path, source, admit: admitted(mayDownload, download) },
];

const known = (call: Call): ProjectCall => mustRead(withProject(authenticate(call, asBearer)), "registry");

function mayUpload(call: Call): ProjectCall {
  const admitted = known(call);
  if (!hasLevel(admitted, "developer")) throw forbidden();
  return admitted;
}

/** [S] Of a private project, from Reporter on. */
function mayDownload(call: Call): ProjectCall {
  const admitted = known(call);
  if (admitted.project.visibility === "private" && !hasLevel(admitted, "reporter")) throw forbidden();
  return admitted;
}

async function upload(call: ProjectCall): Promise<Answer> {
  const { instance, project, path, query } = call;
  const name = storedName(
    path["file"]!,
    instance.release === "newest" ? /^[A-Za-z0-9._\-+ ]+$/ : /^[A-Za-z0-9._\-+]+$/,
  );
  const status = query["status"] ?? "default";
  if (!["default", "hidden"].includes(status)) throw invalidRequest("status does not have a valid value");
  const owner = ownerOf(project, path["owner"]!);
  const stored = await received(call, instance.limits.mlModelFile, "Artifact file is too large");
  const names = namesOf(owner);
  const item =
    findPackage(project, "ml_model", names.name, names.version) ??
    makePackage(instance, project, { type: "ml_model", ...names, status });
  addFile(instance, item, name, stored);
  return { status: 201, body: { message: "201 Created" } };
}

function download({ project, path }: ProjectCall): Answer {
  const file = newest(packageOf(project, ownerOf(project, path["owner"]!)), encodeURIComponent(path["file"]!));
  if (file === undefined) throw notFound();
  return { file: file.file, headers: { "content-type": "application/octet-stream" } };
}

/** The last segment keeps to a rule, the folders above it only stay below; all of it is stored percent-encoded. */
function storedName(path: string, rule: RegExp): string {
  const segments = path.split("/");
  if (segments.includes("..")) throw invalidRequest("path should be a valid file path");
  if (!rule.test(segments.at(-1)!)) throw invalidRequest("file_name is invalid");
  return encodeURIComponent(path);
}

export type FileOwner = ModelVersion | Candidate;

/** By the id of a version, or `candidate:<iid>`. */
export function ownerOf(project: Project, id: string): FileOwner {
  const iid = /^candidate:(\d+)$/.exec(id)?.[1];
  const owner = iid === undefined ? project.versions.get(Number(id)) : project.candidatesByIid.get(Number(iid));
  if (owner === undefined) throw notFound();
  return owner;
}

const namesOf = (owner: FileOwner) => packageNames("candidate" in owner ? owner.candidate : owner);

export function packageOf(project: Project, owner: FileOwner): Package | undefined {
  const { name, version } = namesOf(owner);
  return findPackage(project, "ml_model", name, version);
}
