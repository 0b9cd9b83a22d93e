import { basename } from "node:path";
import type { Caller } from "@modelstack/core/stack";
import { USER_TAG } from "./records.ts";

/** MLflow's tags of who ran what, by which its page fills the columns User, Source and Version. */
export function sourceTags(tags: Readonly<Record<string, string>>, { actor }: Caller): Record<string, string> {
  const commit = tags["modelstack.git_commit"];
  return {
    [USER_TAG]: actor,
    "mlflow.source.name": tags["modelstack.command"] ?? tags["modelstack.pipeline_name"] ?? program(),
    "mlflow.source.type": "LOCAL",
    ...(commit === undefined ? {} : { "mlflow.source.git.commit": commit }),
  };
}

const program = () => basename(process.argv[1] ?? "node");
