import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, call, stack } from "./support/command.ts";
import { installPlugin } from "./support/plugin.ts";
import { pipelineFile, project, type Project } from "./support/project.ts";

const sha256 = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Trains on the data of a reference that is an artifact, and on that of one which the body makes itself. */
const training = (data: string, more: string) =>
  pipelineFile(`
import { readFileSync } from "node:fs";
import { reference } from "modelstack";

const point = step({ name: "point", outputs: { data: artifact.reference() } }, () => ({ data: reference(${data}) }));
const train = step(
  { name: "train", inputs: { data: artifact.reference() }, outputs: { model: artifact.file() } },
  async ({ data }, { fetch, file, logger }) => {
    const [first, second] = [await fetch(data), await fetch(reference(${more}))];
    logger.info(first.path);
    return { model: file("line.txt", readFileSync(first.path, "utf8") + readFileSync(second.path, "utf8")) };
  },
);
export default pipeline({ name: "line" }, () => registerModelStep({ name: "line", model: train(point()).model }));`);

interface Version {
  readonly modelDigest: string;
  readonly tags: Readonly<Record<string, string>>;
}

describe("a model that is trained on references", () => {
  let at: Project;
  const server = createServer((_, response) => response.end("from the server\n"));
  let address: string;

  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/more.csv`;
    at = project({ "data/points.csv": "from the project\n" });
    at.write(
      "pipeline.ts",
      training(`"data/points.csv", ${JSON.stringify(sha256("from the project\n"))}`, `"${address}"`),
    );
  });
  afterAll(() => {
    server.close();
    at[Symbol.dispose]();
  });

  it("reads the very file, and says of the version which data it was made on", async () => {
    const { exit, stderr } = await stack(at.folder, ["run", "pipeline.ts"]);
    expect([exit, stderr]).toEqual([0, expect.stringContaining(`[train] ${at.folder}/data/points.csv\n`)]);

    const { tags, modelDigest } = await json<Version>(call(at.folder, ["models", "show", "line/1", "--json"]));

    expect(modelDigest).toBe(sha256("from the project\nfrom the server\n"));
    expect(JSON.parse(tags["modelstack.inputs"]!)).toEqual({
      "data/points.csv": sha256("from the project\n"),
      [address]: sha256("from the server\n"),
      "point.data": expect.stringMatching(/^sha256:/) as string,
    });
  });

  it("has copied nothing of the file in place, and nothing is left of the other", () => {
    expect(readdirSync(`${at.folder}/.stack`)).not.toContain("artifacts");
    expect(readdirSync(`${at.folder}/.stack/tmp`)).toEqual([]);
  });

  it("shows and pulls the reference, not the data", async () => {
    const [{ digest } = { digest: "" }] = await json<{ digest: string }[]>(
      call(at.folder, ["artifacts", "list", "--type", "reference", "--json"]),
    );
    const show = await call(at.folder, ["artifacts", "show", digest]);
    expect(show.stdout).toMatch(/^refers to: +data\/points\.csv\nits digest: +sha256:/m);
    const { exit, stderr } = await stack(at.folder, ["artifacts", "pull", digest]);
    expect([exit, stderr]).toEqual([
      0,
      expect.stringContaining("the data itself stays where it is: data/points.csv\n"),
    ]);
    expect(JSON.parse(at.read("data.json"))).toEqual({ uri: "data/points.csv", digest: sha256("from the project\n") });
  });
});

describe("a reference", () => {
  it("G16 whose data was changed fails the step with exit code 7", async () => {
    using at = project({ "points.csv": "changed" });
    at.write("pipeline.ts", training(`"points.csv", ${JSON.stringify(sha256("as it was"))}`, '"points.csv"'));

    const { exit, stderr } = await stack(at.folder, ["run", "pipeline.ts"]);

    expect(exit).toBe(7);
    expect(stderr).toContain(`the reference says ${sha256("as it was")}`);
    expect(stderr).toContain("[DIGEST_MISMATCH]");
  });

  it("without a digest is named in the lineage all the same", async () => {
    using at = project({ "points.csv": "x" });
    at.write("pipeline.ts", training('"points.csv"', '"./points.csv"'));
    expect((await stack(at.folder, ["run", "pipeline.ts"])).exit).toBe(0);

    const { tags } = await json<Version>(call(at.folder, ["models", "show", "line/1", "--json"]));
    expect(JSON.parse(tags["modelstack.inputs"]!)).toMatchObject({
      "points.csv": "unknown",
      "./points.csv": "unknown",
    });
  });

  it("is fetched by a plugin that brings a fetcher of its scheme", async () => {
    using at = project();
    installPlugin(at, {
      name: "shelf",
      modelstack: { api: 1, flavors: [], fetchers: ["shelf"] },
      code: `import { writeFileSync } from "node:fs";
const fetch = async (uri, { folder }) => {
  const path = folder() + "/book.txt";
  writeFileSync(path, uri + "\\n");
  return { path };
};
export default { api: 1, flavors: [], fetchers: [{ schemes: ["shelf"], fetch }] };
`,
    });
    at.write(
      "stack.yaml",
      "version: 1\nactive: local\nplugins: [shelf]\nstacks:\n  local: { experiment_tracker: { flavor: local }, model_registry: { flavor: local } }\n",
    );
    at.write("pipeline.ts", training(`"shelf:b1", ${JSON.stringify(sha256("shelf:b1\n"))}`, '"shelf:b2"'));

    expect((await stack(at.folder, ["run", "pipeline.ts"])).exit).toBe(0);
    const { modelDigest } = await json<Version>(call(at.folder, ["models", "show", "line/1", "--json"]));
    expect(modelDigest).toBe(sha256("shelf:b1\nshelf:b2\n"));
  });

  it("of a scheme that a later flavor brings says which", async () => {
    using at = project();
    at.write("pipeline.ts", training('"s3://bucket/points.csv"', '"x"'));
    const { exit, stderr } = await stack(at.folder, ["run", "pipeline.ts"]);
    expect(exit).toBe(1);
    expect(stderr).toContain("Step train failed: Nothing fetches s3: references. The flavor s3 will bring it.");
  });
});

describe("E08 an artifact that was cut by hand", () => {
  it("fails the step that reads it with exit code 7, and names artifact and run", async () => {
    using at = project();
    at.write(
      "pipeline.ts",
      pipelineFile(`
import { readdirSync, truncateSync, chmodSync } from "node:fs";
const make = step({ name: "make", outputs: { text: artifact.text() } }, () => ({ text: "x".repeat(100_000) }));
const damage = step({ name: "damage", inputs: { text: artifact.text() }, outputs: { done: artifact.json(z.boolean()) } }, () => {
  for (const entry of readdirSync(".stack/artifacts", { recursive: true, withFileTypes: true })) {
    const path = entry.parentPath + "/" + entry.name;
    if (entry.isFile()) { chmodSync(path, 0o600); truncateSync(path, 10); }
  }
  return { done: true };
});
const read = step({ name: "read", inputs: { text: artifact.text(), done: artifact.json(z.boolean()) } }, () => {});
export default pipeline({ name: "faulty" }, () => {
  const { text } = make();
  read({ text, done: damage({ text }).done });
});`),
    );

    const { exit, stderr } = await stack(at.folder, ["run", "pipeline.ts"]);

    expect(exit).toBe(7);
    expect(stderr).toContain(`Step read failed: The artifact ${sha256("x".repeat(100_000))} was changed in its store`);
    expect(stderr).toMatch(/run faulty-\S+ \([0-9a-f-]{36}\)/);
  });
});
