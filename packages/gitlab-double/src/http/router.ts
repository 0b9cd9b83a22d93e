import type { Route } from "./call.ts";

interface Compiled {
  readonly route: Route;
  readonly pattern: RegExp;
}

/** Finds the route of a request. Paths are matched as they were sent, so that an encoded slash stays within its segment. */
export class Router {
  readonly #routes: readonly Compiled[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  }

  /** The route and what its path says; `other-verb` for a path that only takes others; nothing for one that is not known. */
  find(
    method: string,
    pathname: string,
  ): { readonly route: Route; readonly path: Record<string, string> } | "other-verb" | undefined {
    let known = false;
    for (const { route, pattern } of this.#routes) {
      const match = pattern.exec(pathname);
      if (match === null) continue;
      if (route.method === method || (method === "HEAD" && route.method === "GET"))
        return { route, path: decoded(match.groups ?? {}) };
      known = true;
    }
    return known ? "other-verb" : undefined;
  }
}

function patternOf(path: string): RegExp {
  const source = path
    .split("/")
    .slice(1)
    .map((segment) => {
      if (segment.startsWith("*")) return `(?:/(?<${segment.slice(1)}>.+?))?`;
      if (segment.startsWith(":")) return `/(?<${segment.slice(1)}>[^/]+)`;
      return `/${segment.replaceAll(/[.+]/g, "\\$&")}`;
    })
    .join("");
  return new RegExp(`^${source}$`);
}

function decoded(groups: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value = ""]) => [name, decodeURIComponent(value)]));
}
