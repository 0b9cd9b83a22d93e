import { hasLevel, mustRead, withProject } from "./access.ts";
import { authenticate, personal } from "./auth.ts";
import { admitted } from "./guards.ts";
import type { Call, ProjectCall, Route } from "./http/call.ts";
import { offsetPage } from "./http/paging.ts";
import { forbidden, notFound } from "./http/refusals.ts";
import type { Package, PackageFile } from "./instance.ts";
import { sha256Of } from "./package-files.ts";

// Packages of all types. [D] Packages API; [S] lib/api/project_packages.rb, package_files.rb

const root = "/api/v4/projects/:id/packages";
const source = "[D] Packages API; [S] lib/api/project_packages.rb, package_files.rb";

export const packageRoutes: readonly Route[] = [
  { method: "GET", path: root, source, admit: admitted(mayRead, list) },
  {
    method: "GET",
    path: `${root}/:package`,
    source,
    admit: admitted(mayRead, (call) => ({ body: recordOf(call, known(call)) })),
  },
  {
    method: "GET",
    path: `${root}/:package/package_files`,
    source,
    admit: admitted(mayRead, async (call) => {
      const item = known(call);
      const { items, headers } = offsetPage(call, item.files);
      return { headers, body: await Promise.all(items.map((file) => fileRecord(item, file))) };
    }),
  },
  {
    method: "DELETE",
    path: `${root}/:package`,
    source,
    admit: admitted(mayDestroy, (call) => {
      known(call).status = "pending_destruction";
      return { status: 204 };
    }),
  },
  {
    method: "DELETE",
    path: `${root}/:package/package_files/:file`,
    source,
    admit: admitted(mayDestroy, (call) => {
      const { files } = known(call);
      const index = files.findIndex(({ id }) => String(id) === call.path["file"]);
      if (index === -1) throw notFound();
      files.splice(index, 1);
      return { status: 204 };
    }),
  },
];

/** Of a private project, from Reporter on. */
function mayRead(call: Call): ProjectCall {
  const admitted = mustRead(withProject(authenticate(call, personal)), "packages");
  if (admitted.project.visibility === "private" && !hasLevel(admitted, "reporter")) throw forbidden();
  return admitted;
}

/** [D] "Roles and permissions": from Maintainer on. */
function mayDestroy(call: Call): ProjectCall {
  const admitted = mayRead(call);
  if (!hasLevel(admitted, "maintainer")) throw forbidden();
  return admitted;
}

/** By creation, oldest first, unless asked otherwise; what is hidden or about to go is not listed. */
function list(call: ProjectCall) {
  const { package_type, package_name, package_version, order_by, sort } = call.query;
  const key = order_by === "name" || order_by === "version" ? order_by : "id";
  const sign = sort === "desc" ? -1 : 1;
  const packages = [...call.project.packages]
    .filter(({ status }) => status === "default")
    .filter(({ type }) => package_type === undefined || type === package_type)
    .filter(({ name }) => package_name === undefined || name.includes(package_name))
    .filter(({ version }) => package_version === undefined || version === package_version)
    .sort((a, b) => (a[key] < b[key] ? -sign : a[key] > b[key] ? sign : a.id - b.id));
  const { items, headers } = offsetPage(call, packages);
  return { headers, body: items.map((item) => recordOf(call, item)) };
}

function known({ project, path }: ProjectCall): Package {
  for (const item of project.packages)
    if (String(item.id) === path["package"] && item.status !== "pending_destruction") return item;
  throw notFound();
}

function recordOf({ instance, project }: ProjectCall, { id, name, version, type, status, createdAt }: Package) {
  return {
    id,
    name,
    version,
    package_type: type,
    status,
    _links: {
      web_path: `${new URL(instance.url).pathname.replace(/\/$/, "")}/${project.path}/-/packages/${id}`,
      delete_api_path: `${instance.url}/api/v4/projects/${project.id}/packages/${id}`,
    },
    created_at: new Date(createdAt).toISOString(),
    last_downloaded_at: null,
    tags: [],
  };
}

export async function fileRecord(item: Package, file: PackageFile) {
  return {
    id: file.id,
    package_id: item.id,
    created_at: new Date(file.createdAt).toISOString(),
    file_name: file.name,
    size: file.size,
    file_sha256: await sha256Of(file),
  };
}
