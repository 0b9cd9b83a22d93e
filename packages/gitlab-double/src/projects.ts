import { isVisible, levelOf, withProject } from "./access.ts";
import { apiRoute } from "./guards.ts";
import type { KnownCall, Route } from "./http/call.ts";
import { offsetPage } from "./http/paging.ts";
import type { Instance, Project, User } from "./instance.ts";

export const projectRoutes: readonly Route[] = [
  apiRoute("GET", "/projects/:id", "[D] Projects API; [S] lib/api/projects.rb", (call) => {
    const { instance, project, user } = withProject(call);
    return { body: { ...simple(instance, project), ...details(instance, project, user) } };
  }),
  apiRoute("GET", "/projects", "[D] Projects API: search, membership, simple, paging by offset", (call) => {
    const { items, headers } = offsetPage(call, found(call));
    const asked = call.query["simple"] === "true";
    const { instance, user } = call;
    const body = items.map((project) => ({
      ...simple(instance, project),
      ...(asked ? {} : details(instance, project, user)),
    }));
    return { headers, body };
  }),
];

/** Newest first. The text is looked for in name and path of the project itself; in those of its groups only if asked. */
function found({ instance, user, query }: KnownCall): readonly Project[] {
  const text = (query["search"] ?? "").toLowerCase();
  const whole = query["search_namespaces"] === "true";
  return instance.projects
    .filter((project) => isVisible(instance, project, user))
    .filter((project) => query["membership"] !== "true" || levelOf(instance, project, user) > 0)
    .filter(({ path }) => (whole ? path : path.slice(path.lastIndexOf("/") + 1)).toLowerCase().includes(text))
    .sort((a, b) => b.id - a.id);
}

function simple(instance: Instance, { id, path }: Project) {
  const segments = path.split("/");
  const name = segments.at(-1)!;
  const namespace = segments.slice(0, -1);
  return {
    id,
    description: null,
    name,
    name_with_namespace: segments.join(" / "),
    path: name,
    path_with_namespace: path,
    created_at: "2026-01-05T10:00:00.000Z",
    default_branch: "main",
    web_url: `${instance.url}/${path}`,
    http_url_to_repo: `${instance.url}/${path}.git`,
    namespace: {
      id,
      name: namespace.at(-1) ?? name,
      path: namespace.at(-1) ?? name,
      kind: "group",
      full_path: namespace.join("/"),
    },
  };
}

function details(instance: Instance, project: Project, user: User) {
  const level = levelOf(instance, project, user);
  const { experiments, registry, packages } = project.features;
  return {
    visibility: project.visibility,
    archived: false,
    model_experiments_access_level: experiments,
    model_registry_access_level: registry,
    package_registry_access_level: packages,
    packages_enabled: packages !== "disabled",
    permissions: {
      project_access: level === 0 ? null : { access_level: level, notification_level: 3 },
      group_access: null,
    },
  };
}
