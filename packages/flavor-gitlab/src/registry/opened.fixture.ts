import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "@modelstack/core/base";
import type { NewModelFile, NewModelVersion } from "@modelstack/core/stack";
import type { GitlabOptions } from "@modelstack/gitlab-double";
import { onTestFinished } from "vitest";
import { emptyRegistry } from "./registry.fixture.ts";

export const by = { actor: "ada" };

/** A registry that is closed when the test ends, a folder for files, and what its GitLab was asked. */
export async function opened(options: GitlabOptions = {}, environment: Readonly<Record<string, string>> = {}) {
  const fixture = await emptyRegistry(options, environment);
  onTestFinished(() => fixture.dispose());
  const folder = mkdtempDisposableSync(join(tmpdir(), "modelstack-register-"));
  onTestFinished(() => folder.remove());
  const file = (path: string, content = path, part: "model" | "extra" = "model"): NewModelFile => {
    const localPath = join(folder.path, digestOf(path + content).slice(7, 27));
    writeFileSync(localPath, content);
    return { part, path, localPath, size: Buffer.byteLength(content), digest: digestOf(content) };
  };
  const request = (given: Partial<NewModelVersion> = {}): NewModelVersion => {
    const files = given.files ?? [file("a.bin"), file("b.bin"), file("card.md", "# Card", "extra")];
    return { model: "doc-mednet", modelDigest: digestOf("model"), ...given, files };
  };
  /** What was asked since. */
  const asked = () => {
    const all = fixture.gitlab.requests.splice(0).map(({ method, url }) => `${method} ${shortened(url)}`);
    return all.filter((one) => !one.endsWith("/user"));
  };
  /** A run in the model's own experiment, as a tracker makes it. */
  const ownRun = () =>
    fixture.project.call(async ({ models, experiments, runs }) => {
      await models.ensure({ name: "doc-mednet" });
      const { experiment_id } = await experiments.getByName("[model]doc-mednet");
      return (await runs.create({ experiment_id })).info.run_id;
    });
  return { ...fixture, file, request, asked, ownRun };
}

function shortened(url: string): string {
  const path = url.replace(/\?.*/, "");
  return /\/api\/2\.0\/mlflow(?:-artifacts)?\/(.*)/.exec(path)?.[1] ?? path.replace(/^.*\/files\//, "");
}
