import { artifactRoutes } from "./artifacts.ts";
import { experimentRoutes } from "./experiments.ts";
import { genericPackageRoutes } from "./generic-packages.ts";
import { graphqlRoutes } from "./graphql.ts";
import type { Route } from "./http/call.ts";
import { mlPackageRoutes } from "./ml-packages.ts";
import { modelRoutes } from "./models.ts";
import { packageRoutes } from "./packages.ts";
import { projectRoutes } from "./projects.ts";
import { runDataRoutes } from "./run-data.ts";
import { runRoutes } from "./runs.ts";
import { userRoutes } from "./users.ts";
import { versionRoutes } from "./versions.ts";

/** Everything that the double knows, each with its source. */
export const routes: readonly Route[] = [
  ...userRoutes,
  ...projectRoutes,
  ...experimentRoutes,
  ...runRoutes,
  ...runDataRoutes,
  ...modelRoutes,
  ...versionRoutes,
  ...artifactRoutes,
  ...mlPackageRoutes,
  ...genericPackageRoutes,
  ...packageRoutes,
  ...graphqlRoutes,
];
