import { expect } from "vitest";
import { digestOf } from "../../digest.ts";
import { inPagesOfTwo, someBytes, upTo } from "../tools.ts";
import { idOf, textArtifact, timeOf } from "./facts.ts";
import type { MetadataSuite } from "./fixture.ts";

const run = `run/${idOf(1)}`;

export function artifactTests({ it }: MetadataSuite): void {
  it("gives an artifact with its content back as it was", async ({ store, create, hold, commit }) => {
    await create(1);
    const inline = someBytes(64 * 1024);
    const artifact = textArtifact("", { digest: digestOf(inline), size: inline.byteLength, inline, type: "json" });

    await commit(await hold(run), { artifacts: [artifact] });

    expect(await store.getArtifact(artifact.digest)).toEqual(artifact);
  });

  it("gives the empty content of an artifact back", async ({ store, create, hold, commit }) => {
    await create(1);
    await commit(await hold(run), { artifacts: [textArtifact("")] });

    const { inline } = await store.getArtifact(digestOf(""));

    expect([inline instanceof Uint8Array, inline?.byteLength]).toEqual([true, 0]);
  });

  it("gives no content of an artifact that is stored elsewhere", async ({ store, create, hold, commit }) => {
    await create(1);
    const { inline: _content, ...large } = textArtifact("large", { form: "directory", size: 2 ** 40 });

    await commit(await hold(run), { artifacts: [large] });

    expect(await store.getArtifact(large.digest)).toEqual(large);
  });

  it("leaves an artifact as it was described first when its content is stored again", async ({
    store,
    create,
    hold,
    commit,
  }) => {
    await create(1);
    const lease = await hold(run);
    const first = textArtifact("same", { type: "text" });
    await commit(lease, { instance: "load", artifacts: [first] });

    await commit(lease, { instance: "train", artifacts: [{ ...first, type: "json", createdAt: timeOf(99) }] });

    expect(await store.getArtifact(first.digest)).toEqual(first);
  });

  it("refuses an unknown artifact as ARTIFACT_NOT_FOUND", async ({ store }) => {
    await expect(store.getArtifact(digestOf("absent"))).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
  });

  it("lists artifacts newest first, without their content", async ({ store, create, hold, commit }) => {
    await create(1);
    const lease = await hold(run);
    const names = ["load", "train", "test"];
    for (const instance of names) await commit(lease, { instance, outputs: { out: instance } });

    const { items } = await store.listArtifacts();

    expect(items.map(({ digest }) => digest)).toEqual(names.reverse().map(digestOf));
    expect(items.every((item) => !("inline" in item))).toBe(true);
  });

  it("lists artifacts in pages", async ({ store, create, hold, commit }) => {
    await create(1);
    const lease = await hold(run);
    for (const count of upTo(5)) await commit(lease, { instance: `step-${count}`, outputs: { out: `${count}` } });

    const artifacts = await inPagesOfTwo((page) => store.listArtifacts(page));

    expect(artifacts.map(({ digest }) => digest)).toEqual(["5", "4", "3", "2", "1"].map(digestOf));
  });

  it("lists the artifacts of a type", async ({ store, create, hold, commit }) => {
    await create(1);
    const [text, json] = [textArtifact("a"), textArtifact("b", { type: "json" })];
    await commit(await hold(run), { artifacts: [text, json] });

    expect((await store.listArtifacts({ type: "json" })).items.map(({ digest }) => digest)).toEqual([json.digest]);
    expect((await store.listArtifacts({ type: "a'b" })).items).toEqual([]);
  });

  it("lists the artifacts whose digest starts so", async ({ store, create, hold, commit }) => {
    await create(1);
    const artifacts = upTo(40).map((count) => textArtifact(`${count}`));
    await commit(await hold(run), { artifacts });
    const hex = artifacts[0]!.digest.slice("sha256:".length);

    for (const digestPrefix of ["", hex[0]!, hex.slice(0, 6), hex, "no hex", "%"]) {
      const found = (await store.listArtifacts({ digestPrefix })).items.map(({ digest }) => digest);
      const expected = artifacts.filter(({ digest }) => digest.startsWith(`sha256:${digestPrefix}`));
      expect(found.sort()).toEqual(expected.map(({ digest }) => digest).sort());
    }
  });
}

export function namedArtifactTests({ it }: MetadataSuite): void {
  it("counts the versions of a named output by content", async ({ store, create, hold, commit }) => {
    for (const [place, out] of ["a", "b", "a", "c"].entries()) {
      await create(place);
      await commit(await hold(`run/${idOf(place)}`), { outputs: { out }, artifactName: "rows" });
    }

    const { items } = await store.namedArtifacts("rows");

    expect(items.map(({ version, digest }) => [version, digest])).toEqual([
      [3, digestOf("c")],
      [2, digestOf("b")],
      [1, digestOf("a")],
    ]);
  });

  it("says which output stored a version first, and when", async ({ store, create, hold, commit }) => {
    for (const number of [1, 2]) {
      await create(number);
      await commit(await hold(`run/${idOf(number)}`), {
        outputs: { out: "a" },
        artifactName: "rows",
        endedAt: timeOf(number),
      });
    }

    expect((await store.namedArtifacts("rows")).items).toEqual([
      {
        name: "rows",
        version: 1,
        digest: digestOf("a"),
        from: { run: idOf(1), instance: "load", output: "out" },
        createdAt: timeOf(1),
      },
    ]);
  });

  it("counts the versions of each name by itself", async ({ store, create, hold, commit }) => {
    await create(1);
    const lease = await hold(run);
    await commit(lease, { instance: "load", outputs: { out: "a" }, artifactName: "rows" });
    await commit(lease, { instance: "train", outputs: { out: "a" }, artifactName: "report" });
    await commit(lease, { instance: "test", outputs: { out: "b" } });

    expect((await store.namedArtifacts()).items.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "report 1",
      "rows 1",
    ]);
    expect((await store.namedArtifacts("absent")).items).toEqual([]);
  });

  it("gives the highest version of a name first, whatever the clocks said", async ({ store, create, hold, commit }) => {
    await create(1);
    const lease = await hold(run);
    for (const [instance, endedAt] of [
      ["load", 30],
      ["train", 10],
      ["test", 20],
    ] as const) {
      await commit(lease, { instance, outputs: { out: instance }, artifactName: "rows", endedAt: timeOf(endedAt) });
    }

    expect((await store.namedArtifacts("rows")).items.map(({ version }) => version)).toEqual([3, 2, 1]);
  });

  it("gives versions in pages", async ({ store, create, hold, commit }) => {
    await create(1);
    const lease = await hold(run);
    for (const count of upTo(5)) {
      await commit(lease, { instance: `step-${count}`, outputs: { out: `${count}` }, artifactName: "rows" });
    }

    const versions = await inPagesOfTwo((page) => store.namedArtifacts("rows", page));

    expect(versions.map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
    expect(await inPagesOfTwo((page) => store.namedArtifacts(undefined, page))).toHaveLength(5);
  });

  it("counts each content once when many are committed at once", async ({ store, create, hold, commit }) => {
    await create(1);
    const lease = await hold(run);

    await Promise.all(
      upTo(10).map((count) =>
        commit(lease, { instance: `step-${count}`, outputs: { out: `${count % 5}` }, artifactName: "rows" }),
      ),
    );

    expect((await store.namedArtifacts("rows")).items.map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
  });
}
