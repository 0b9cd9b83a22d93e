export { startGitlab, type Asked, type Gitlab, type GitlabOptions } from "./gitlab.ts";
export { internalError, rateLimited, redirected, type Fault, type Meets } from "./faults.ts";
export {
  defaultSeed,
  type Feature,
  type Release,
  type Role,
  type Scope,
  type Seed,
  type SeedProject,
  type SeedUser,
  type Visibility,
} from "./seed.ts";
export { routes } from "./routes.ts";
