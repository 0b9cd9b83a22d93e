import type { HealthCheck } from "../components/health.ts";
import type { Spool } from "./spool.ts";

/** Whether something waits on this machine for the server. */
export async function checkSpool(spool: Spool): Promise<HealthCheck[]> {
  return (await spool.runs()).map((run) => ({
    name: "spool",
    status: "warn",
    message: `what was logged to the tracked run ${run} while the server was away waits in ${spool.at(run)}`,
    fix: "Once the server is back: stack runs flush RUN, with the run of the pipeline.",
  }));
}
