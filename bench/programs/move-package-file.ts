// Uploads a file to a run of a GitLab project, or downloads it, and prints how long that took in milliseconds, and how much more memory the
// process had than before.
import { GitLabClient } from "../../packages/flavor-gitlab/src/client/gitlab-client.ts";

const [, , direction, url = "", token = "", project = "", owner = "", file = ""] = process.argv;
await using client = new GitLabClient({ url, token });
const { files } = client.project(project);
// Once before with a few bytes, so that the connection is there.
await files.upload(owner, "small.bin", "x");
await files.downloadTo(owner, "small.bin", `${file}.small`);
const before = process.resourceUsage().maxRSS / 1024;
const begun = performance.now();
await (direction === "up" ? files.upload(owner, "large.bin", { file }) : files.downloadTo(owner, "large.bin", file));
const milliseconds = performance.now() - begun;
const extraMegabytes = process.resourceUsage().maxRSS / 1024 - before;
process.stdout.write(JSON.stringify({ milliseconds, extraMegabytes }));
