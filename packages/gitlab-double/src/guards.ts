import { hasLevel, mustRead, withProject } from "./access.ts";
import { authenticate, personal } from "./auth.ts";
import type { Answer, Call, KnownCall, ProjectCall, Route } from "./http/call.ts";
import { unauthorized } from "./http/refusals.ts";

type Handler<C extends Call> = (call: C) => Answer | Promise<Answer>;

/** Runs a handler with what the guard found out, once the body is there. */
export function admitted<C extends Call>(guard: (call: Call) => C, handle: Handler<C>): Route["admit"] {
  return (call) => {
    const known = guard(call);
    return ({ input }) => handle({ ...known, input });
  };
}

/** Which right a call of MLflow's needs. [S] lib/api/ml/mlflow/entrypoint.rb: GET reads; POST, PATCH and DELETE write, with exceptions. */
export type Right = "read" | "write";

/**
 * A call of MLflow's below a project. Who may read but not write gets 401, not 403; checked before parameters are.
 * [S] lib/api/ml/mlflow/entrypoint.rb, api_helpers.rb (`check_api_read!`, `check_api_write!`)
 */
export function mlflowRoute(
  [method, call]: readonly [Route["method"], string],
  feature: "experiments" | "registry",
  right: Right,
  handle: Handler<ProjectCall>,
  more: Pick<Route, "source"> & Partial<Pick<Route, "schema" | "since">>,
): Route {
  const guard = (call: Call): ProjectCall => {
    const known = mustRead(withProject(authenticate(call, personal)), feature);
    if (right === "write" && !hasLevel(known, "developer")) throw unauthorized();
    return known;
  };
  return { method, path: `/api/v4/projects/:id/ml/mlflow/api/2.0/${call}`, admit: admitted(guard, handle), ...more };
}

/** A call of GitLab's own for those who are logged in. */
export function apiRoute(method: Route["method"], path: string, source: string, handle: Handler<KnownCall>): Route {
  return { method, path: `/api/v4${path}`, source, admit: admitted((call) => authenticate(call, personal), handle) };
}
