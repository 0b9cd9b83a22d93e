import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { figure } from "../artifacts/figure.ts";
import { registerSecret } from "../secrets.ts";
import { fixture } from "./tracked-step.fixture.ts";
import { BufferedTracker } from "./tracked-step.ts";

const refused = (code: string, message: string) => ({ code, message: expect.stringContaining(message) as string });

describe("logTable", () => {
  const tag = async (f: Awaited<ReturnType<typeof fixture>>) =>
    JSON.parse((await f.tags())["mlflow.loggedArtifacts"] ?? "null") as unknown;

  it("keeps rows as MLflow does, and lists the table where MLflow looks for it", async () => {
    using f = await fixture();
    await f.tracker.logTable("eval/birds.json", [
      { species: "Adélie", right: 30 },
      { right: -0, wrong: null },
    ]);
    await f.tracker.logTable("other.json", { a: [1], b: ["x"] });

    expect(await f.text("eval/birds.json")).toBe(
      '{"columns":["species","right","wrong"],"data":[["Adélie",30,null],[null,-0,null]]}',
    );
    expect(await f.json("other.json")).toEqual({ columns: ["a", "b"], data: [[1, "x"]] });
    expect(await tag(f)).toEqual([
      { path: "eval/birds.json", type: "table" },
      { path: "other.json", type: "table" },
    ]);
  });

  it("adds rows to a table that is there, and columns that are new, and lists it once", async () => {
    using f = await fixture();
    await f.tracker.logTable("t.json", [{ a: 1, b: 2 }]);
    await f.tracker.logTable("t.json", { c: [3], a: [4] });

    expect(await f.json("t.json")).toEqual({
      columns: ["a", "b", "c"],
      data: [
        [1, 2, null],
        [4, null, 3],
      ],
    });
    expect(await tag(f)).toEqual([{ path: "t.json", type: "table" }]);
  });

  it("keeps what MLflow's client listed, and adds to it", async () => {
    using f = await fixture();
    await f.memory.setTags(f.run, { "mlflow.loggedArtifacts": '[{"type": "table", "path": "a.json"}]' });
    for (const path of ["a.json", "b.json"]) await f.tracker.logTable(path, [{ x: 1 }]);

    expect(await tag(f)).toEqual([
      { type: "table", path: "a.json" },
      { path: "b.json", type: "table" },
    ]);
  });

  it("loses no rows that several steps add at once", async () => {
    using f = await fixture();
    const trackers = Array.from({ length: 8 }, () => new BufferedTracker(f.memory, f.run));
    await Promise.all(trackers.flatMap((tracker, i) => [0, 1].map((j) => tracker.logTable(`t${j}.json`, [{ i }]))));

    for (const path of ["t0.json", "t1.json"]) {
      const { data } = (await f.json(path)) as { data: number[][] };
      expect(data.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    }
    expect(await tag(f)).toHaveLength(2);
  });

  it("leaves the list as it is when it would get longer than a tag may be", async () => {
    using f = await fixture((memory) => ({
      capabilities: { ...memory.capabilities, limits: { ...memory.capabilities.limits, tagValue: 50 } },
    }));
    for (const path of ["a.json", "b.json"]) await f.tracker.logTable(path, [{ x: 1 }]);

    expect(await tag(f)).toEqual([{ path: "a.json", type: "table" }]);
    expect(await f.paths()).toEqual(["a.json", "b.json"]);
  });

  it("B06 refuses NaN with its row and column among those that were given", async () => {
    using f = await fixture();
    await f.tracker.logTable("t.json", [{ x: 1 }, { x: 2 }]);

    await expect(f.tracker.logTable("t.json", [{ x: 3 }, { x: Number.NaN }])).rejects.toMatchObject(
      refused("VALUE_NOT_JSON", 'row 2, column "x" is NaN'),
    );
    expect(await f.json("t.json")).toEqual({ columns: ["x"], data: [[1], [2]] });
  });

  it("refuses columns of different lengths, other endings, and a path where no table is", async () => {
    using f = await fixture();
    await f.tracker.logText("notes.json", '{"a":1}');
    await expect(f.tracker.logTable("t.json", { a: [1, 2], b: [1] })).rejects.toMatchObject(
      refused("ARTIFACT_INVALID", 'the column "b" has 1 values, "a" has 2'),
    );
    await expect(f.tracker.logTable("t.parquet", [])).rejects.toMatchObject({
      ...refused("NAME_INVALID", '"t.parquet" does not end in .json'),
      hint: 'Write "t.json".',
    });
    await expect(f.tracker.logTable("notes.json", [])).rejects.toMatchObject(
      refused("ARTIFACT_INVALID", "the content is not a table"),
    );
    expect(await f.paths()).toEqual(["notes.json"]);
  });
});

describe("logDict", () => {
  const value = { no: "no", n: 1.5, list: [null, true], deep: { "a: b": "007", time: "12:30:00", lines: "a\nb" } };

  it("keeps JSON that people can read, -0 included", async () => {
    using f = await fixture();
    await f.tracker.logDict("a.json", { x: -0 });
    await f.tracker.logDict("settings", value);

    expect(await f.text("a.json")).toBe('{\n  "x": -0\n}');
    expect(await f.json("settings")).toEqual(value);
  });

  it.each(["a.yaml", "a.yml", "a.YAML"])("keeps YAML under %s that every version of YAML reads", async (path) => {
    using f = await fixture();
    await f.tracker.logDict(path, value);

    expect(await f.text(path)).toMatch(/^"?no"?: "no"$/m);
    for (const version of ["1.1", "1.2"] as const) expect(parse(await f.text(path), { version })).toEqual(value);
  });

  it("B05 refuses what JSON cannot hold, also as YAML, with its path", async () => {
    using f = await fixture();
    for (const path of ["a.json", "a.yaml"]) {
      await expect(f.tracker.logDict(path, { rows: [{ at: new Map() }] })).rejects.toMatchObject(
        refused("VALUE_NOT_JSON", `${path}.rows[0].at is a Map`),
      );
    }
    expect(await f.paths()).toEqual([]);
  });
});

describe("logFigure", () => {
  it("keeps the bytes under a path that ends as the format does", async () => {
    using f = await fixture();
    const picture = figure("jpeg", Uint8Array.of(0xff, 0xd8, 0xff, 0));
    for (const path of ["plots/a.jpg", "b.JPEG"]) await f.tracker.logFigure(path, picture);

    expect(await f.memory.readFile(f.run, "plots/a.jpg")).toEqual(picture.data);
    expect(await f.paths()).toEqual(["b.JPEG", "plots/a.jpg"]);
  });

  it("refuses another ending, and what is no figure", async () => {
    using f = await fixture();
    await expect(f.tracker.logFigure("plot.png", figure("svg", "<svg/>"))).rejects.toMatchObject({
      ...refused("NAME_INVALID", '"plot.png" does not end in .svg: the figure is svg'),
      hint: 'Write "plot.svg".',
    });
    const forged = { ...figure("svg", "<svg/>"), data: Buffer.from("text") };
    await expect(f.tracker.logFigure("plot.svg", forged)).rejects.toMatchObject({ code: "ARTIFACT_INVALID" });
    expect(await f.paths()).toEqual([]);
  });
});

describe("logArtifact and logArtifacts", () => {
  it("keep files under their own names, in a folder of the run if one is given", async () => {
    using f = await fixture();
    writeFileSync(f.at("weights.bin"), "w");
    await f.tracker.logArtifact(f.at("weights.bin"));
    await f.tracker.logArtifact({ path: f.at("weights.bin") }, "model/");

    expect(await f.paths()).toEqual(["model/weights.bin", "weights.bin"]);
    expect(await f.text("model/weights.bin")).toBe("w");
  });

  it("keep what is in a folder, with its sub-folders", async () => {
    using f = await fixture();
    mkdirSync(f.at("out/deep"), { recursive: true });
    writeFileSync(f.at("out/a"), "a");
    writeFileSync(f.at("out/deep/b"), "b");
    await f.tracker.logArtifacts(f.at("out"));
    await f.tracker.logArtifacts({ folder: f.at("out") }, "copy");

    expect(await f.paths()).toEqual(["a", "copy/a", "copy/deep/b", "deep/b"]);
  });

  it.each(["../x", "/etc", "a/../..", "%2e%2e", "a\\b"])("E01 E02 refuse the folder %j of a run", async (folder) => {
    using f = await fixture();
    mkdirSync(f.at("out"));
    writeFileSync(f.at("out/a"), "a");
    await expect(f.tracker.logArtifact(f.at("out/a"), folder)).rejects.toMatchObject({ code: "NAME_INVALID" });
    await expect(f.tracker.logArtifacts(f.at("out"), folder)).rejects.toMatchObject({ code: "NAME_INVALID" });
    expect(await f.paths()).toEqual([]);
  });

  it("E04 E05 refuse links and pipes, and keep nothing of a folder that has one", async () => {
    using f = await fixture();
    for (const name of ["linked", "piped"]) mkdirSync(f.at(name));
    writeFileSync(f.at("linked/a"), "a");
    writeFileSync(f.at("piped/a"), "a");
    symlinkSync("/etc/hostname", f.at("linked/z"));
    execFileSync("mkfifo", [f.at("piped/z")]);

    for (const name of ["linked", "piped"]) {
      await expect(f.tracker.logArtifacts(f.at(name))).rejects.toMatchObject(refused("ARTIFACT_INVALID", '"z" in'));
      await expect(f.tracker.logArtifact(f.at(`${name}/z`))).rejects.toMatchObject({ code: "ARTIFACT_INVALID" });
    }
    expect(await f.paths()).toEqual([]);
  });

  it("E09 keep nothing of a folder in which a path is too long below where it would go", async () => {
    using f = await fixture();
    mkdirSync(f.at("out"));
    writeFileSync(f.at("out/a"), "a");
    writeFileSync(f.at(`out/${"z".repeat(250)}`), "z");

    await expect(f.tracker.logArtifacts(f.at("out"), "d/".repeat(100))).rejects.toMatchObject(
      refused("NAME_INVALID", "levels deep"),
    );
    await expect(f.tracker.logArtifacts(f.at("out"), `${"d".repeat(250)}/`.repeat(3))).rejects.toMatchObject(
      refused("NAME_INVALID", "bytes, at most 1000 are allowed"),
    );
    expect(await f.paths()).toEqual([]);
  });

  it("stop when the run is cancelled, and keep nothing of the file", async () => {
    using f = await fixture();
    writeFileSync(f.at("weights.bin"), "w");
    const tracker = new BufferedTracker(f.memory, f.run, AbortSignal.abort(new Error("Ctrl-C")));
    await expect(tracker.logArtifact(f.at("weights.bin"))).rejects.toThrow("Ctrl-C");
    expect(await f.paths()).toEqual([]);
  });

  it("say that a folder is no file, and that a file is not there", async () => {
    using f = await fixture();
    await expect(f.tracker.logArtifact(f.at("."))).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
      hint: expect.stringContaining("tracker.logArtifacts()") as string,
    });
    await expect(f.tracker.logArtifact(f.at("absent"))).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    await expect(f.tracker.logArtifacts(f.at("absent"))).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });
});

it("J04 masks secrets in texts, tables and dicts", async () => {
  using f = await fixture();
  registerSecret("correct-horse");
  await f.tracker.logText("a.txt", "it is correct-horse");
  await f.tracker.logDict("a.json", { it: "is correct-horse" });
  await f.tracker.logTable("t.json", [{ it: "is correct-horse" }]);

  for (const path of await f.paths()) expect(await f.text(path)).toMatch(/is \*\*\*/);
});
