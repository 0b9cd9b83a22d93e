import type { KnownCall, ProjectCall } from "./http/call.ts";
import { notFound, projectNotFound } from "./http/refusals.ts";
import type { Instance, Project, User } from "./instance.ts";
import type { Role } from "./seed.ts";

/** [D] "Roles and permissions": access levels. */
const levels: Readonly<Record<Role, number>> = {
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
};

/** The level of a user in a project: the highest that it or a group above it gives. 0 for people from outside. */
export function levelOf(instance: Instance, project: Project, user: User): number {
  if (user.admin) return levels.owner;
  const above = instance.groups.filter(({ path }) => project.path.startsWith(`${path}/`));
  const roles = [project, ...above].flatMap(({ members }) => members[user.username] ?? []);
  return Math.max(0, ...roles.map((role) => levels[role]));
}

export function isVisible(instance: Instance, project: Project, user: User): boolean {
  return project.visibility !== "private" || levelOf(instance, project, user) > 0;
}

/** The project of a path parameter: by number, or by path. Absent and hidden ones look alike. [S] `find_project!` */
export function withProject(call: KnownCall): ProjectCall {
  const { instance, user, token } = call;
  const id = call.path["id"]!;
  const project = instance.projects.find(
    (project) => String(project.id) === id || project.path.toLowerCase() === id.toLowerCase(),
  );
  // [I] A job token opens its own project only: none is on the allowlist of another.
  const opens = token.project === undefined || token.project === project;
  const isDeployToken = token.kind === "deploy";
  if (project === undefined || !opens || !(isDeployToken || isVisible(instance, project, user)))
    throw projectNotFound();
  return { ...call, project };
}

/** Whether a feature of the project may be read: enabled for all who see it, or for members. [S] ProjectPolicy */
function canRead({ instance, project, user }: ProjectCall, feature: keyof Project["features"]): boolean {
  const access = project.features[feature];
  return access === "enabled" || (access === "private" && levelOf(instance, project, user) >= levels.guest);
}

/** A feature that is off, or not for this user, is not there. */
export function mustRead(call: ProjectCall, feature: keyof Project["features"]): ProjectCall {
  if (!canRead(call, feature)) throw notFound();
  return call;
}

export const hasLevel = ({ instance, project, user, token }: ProjectCall, role: Role) =>
  token.kind === "deploy" || levelOf(instance, project, user) >= levels[role];
