import { hasLevel, mustRead, withProject } from "./access.ts";
import { authenticate, ofPackages } from "./auth.ts";
import { admitted } from "./guards.ts";
import type { Answer, Call, ProjectCall, Route } from "./http/call.ts";
import { forbidden, invalidRequest, notFound } from "./http/refusals.ts";
import { addFile, makePackage, newest, received, sha256Of } from "./package-files.ts";
import { fileRecord } from "./packages.ts";
import { findPackage } from "./run-records.ts";

// [D] Generic packages repository; [S] lib/api/generic_packages.rb

const path = "/api/v4/projects/:id/packages/generic/:name/:version/*file";
const source = "[S] lib/api/generic_packages.rb";

export const genericPackageRoutes: readonly Route[] = [
  { method: "PUT", path, source, takesFile: true, admit: admitted((call) => must(call, "developer"), upload) },
  {
    method: "GET",
    path,
    source,
    admit: admitted((call) => must(call, "reporter"), download),
  },
];

function must(call: Call, role: "developer" | "reporter"): ProjectCall {
  const known = mustRead(withProject(authenticate(call, ofPackages)), "packages");
  const open = role === "reporter" && known.project.visibility !== "private";
  if (!open && !hasLevel(known, role)) throw forbidden();
  return known;
}

async function upload(call: ProjectCall): Promise<Answer> {
  const { instance, project, path, query } = call;
  const [name, version, file] = [path["name"]!, path["version"]!, path["file"]!];
  if (!/^[\w.+-]+$/.test(name)) throw invalidRequest("package_name is invalid");
  if (!/^[\w.+-]+$/.test(version)) throw invalidRequest("package_version is invalid");
  if (!/^[A-Za-z0-9._\-+~]+$/.test(file.split("/").at(-1)!)) throw invalidRequest("file_name is invalid");
  const stored = await received(call, instance.limits.genericFile, "File is too large");
  const item =
    findPackage(project, "generic", name, version) ??
    makePackage(instance, project, { type: "generic", name, version, status: query["status"] ?? "default" });
  const added = addFile(instance, item, encodeURIComponent(file), stored);
  if (query["select"] === "package_file") return { status: 201, body: await fileRecord(item, added) };
  return { status: 201, body: { message: "201 Created" } };
}

async function download({ project, path }: ProjectCall): Promise<Answer> {
  const item = findPackage(project, "generic", path["name"]!, path["version"]!);
  const file = newest(item, encodeURIComponent(path["file"]!));
  if (file === undefined) throw notFound();
  const headers = { "content-type": "application/octet-stream", "x-checksum-sha256": await sha256Of(file) };
  return { file: file.file, headers };
}
