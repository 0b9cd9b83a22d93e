// Uploads a file to a run of an MLflow server, or downloads it, and prints how long that took in milliseconds, and how much more memory the
// process had than before.
import { MlflowClient } from "@modelstack/mlflow-client";

const [, , direction, trackingUri = "", uri = "", file = ""] = process.argv;
await using mlflow = new MlflowClient({ trackingUri });
const files = mlflow.artifacts.files(uri);
// Once before with a few bytes, so that the connection is there.
await files.upload("small.bin", "x");
await files.downloadTo("small.bin", `${file}.small`);
const before = process.resourceUsage().maxRSS / 1024;
const begun = performance.now();
await (direction === "up" ? files.upload("large.bin", { file }) : files.downloadTo("large.bin", file));
const milliseconds = performance.now() - begun;
const extraMegabytes = process.resourceUsage().maxRSS / 1024 - before;
process.stdout.write(JSON.stringify({ milliseconds, extraMegabytes }));
