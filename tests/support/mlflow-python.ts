import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pythonWith } from "./python-with.ts";

const folder = join(import.meta.dirname, "..", "mlflow");

/** Asks MLflow's own Python client something of a server: a command of `models.py`. */
export type AskPython = <T>(command: string, given?: object) => T;

/** A Python that has MLflow's own client, and what loads the models of the examples. */
export const mlflowPython = () => pythonWith(join(folder, "requirements.txt"));

/** Gives what asks MLflow's own client. The first time, it is installed, which takes minutes. */
export async function pythonClient(trackingUri: string): Promise<AskPython> {
  const python = await mlflowPython();
  return <T>(command: string, given: object = {}) => {
    const said = execFileSync(python, [join(folder, "models.py"), trackingUri, command], {
      input: JSON.stringify(given),
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
      // Python's client would retry a write for minutes.
      env: {
        ...process.env,
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: "2",
        MLFLOW_DISABLE_TELEMETRY: "true",
        PYTHONWARNINGS: "ignore",
      },
    });
    // Before it, MLflow may say where the run can be looked at.
    return JSON.parse(said.trimEnd().split("\n").at(-1)!) as T;
  };
}
