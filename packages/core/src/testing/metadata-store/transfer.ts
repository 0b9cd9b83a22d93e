import { expect } from "vitest";
import type { MetadataStore } from "../../components/metadata-store.ts";
import type { FactLine } from "../../components/records.ts";
import { changeOf, eventsOf, idOf, inputFrom, inputFromModel, planOf, textArtifact, timeOf, useOf } from "./facts.ts";
import type { MetadataSuite, MetadataTools } from "./fixture.ts";

async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** Two runs with everything that is a fact, one of them finished and the other held. */
async function fill({ store, create, hold, commit }: Pick<MetadataTools, "store" | "create" | "hold" | "commit">) {
  for (const number of [1, 2]) {
    const { id } = await create(number, { pipeline: `pipeline-${number}`, tags: { 模型: "🎉\n" } });
    const lease = await hold(`run/${id}`);
    const { inline: _content, ...large } = textArtifact(`large ${number}`, { size: 2 ** 40, form: "file" });
    await commit(lease, {
      instance: "load",
      outputs: { out: "same", own: `${number}`, empty: "" },
      artifactName: "rows",
      artifacts: [large],
      events: eventsOf(id, [{ kind: "run-started", trackedRun: "t" }]),
    });
    await commit(lease, { instance: "train", status: "failed", inputs: [inputFrom(id, "same"), inputFromModel("m")] });
    await store.putEffect({ key: `${id}/train/version`, intent: [number, -0], createdAt: timeOf(1) });
  }
  await store.recordChanges([changeOf(1), changeOf(2)]);
  await store.recordModelUse(useOf(1, { run: idOf(1), instance: "train" }));
  await store.settleEffect(`${idOf(1)}/train/version`, { version: "3", minus: -0 });
  await store.append(eventsOf(idOf(1), [{ kind: "run-finished", status: "failed", cause: "train" }], "w1", 2));
}

/** All that can be read of the runs that {@link fill} makes. */
async function contentOf(store: MetadataStore) {
  const runs = [idOf(1), idOf(2)];
  const { items: artifacts } = await store.listArtifacts();
  return {
    runs: await Promise.all(runs.map((id) => store.getRun(id))),
    plans: await Promise.all(runs.map(async (id) => store.getPlan((await store.getRun(id)).plan))),
    events: await Promise.all(runs.map((id) => store.events(id))),
    attempts: await Promise.all(runs.map((id) => store.attempts(id))),
    outputs: await Promise.all(runs.map((run) => store.outputs({ run }))),
    inputs: await Promise.all(
      runs.map(async (id) => Promise.all((await store.attempts(id)).map((attempt) => store.inputs(attempt.id)))),
    ),
    artifacts: await Promise.all(
      artifacts
        .map(({ digest }) => digest)
        .sort()
        .map((digest) => store.getArtifact(digest)),
    ),
    named: (await store.namedArtifacts("rows")).items,
    uses: (await store.modelUses()).items,
    changes: (await store.changes({ registry: "mlflow", model: "penguins" })).items,
    effects: await Promise.all(runs.map((id) => store.getEffect(`${id}/train/version`))),
  };
}

export function transferTests({ it, opensEmpty }: MetadataSuite): void {
  it("exports nothing when nothing is stored", async ({ store }) => {
    expect(await Array.fromAsync(store.export())).toEqual([]);
  });

  it("exports each fact as a line after those it refers to", async ({ store, create, hold, commit }) => {
    await fill({ store, create, hold, commit });

    const lines = (await Array.fromAsync(store.export())).map((line) => JSON.parse(line) as FactLine);

    const seen = new Set<string>();
    for (const line of lines) {
      const { makes, needs } = references(line);
      expect(needs.filter((need) => !seen.has(need))).toEqual([]);
      seen.add(makes);
    }
    expect(seen).toContain(`run ${idOf(2)}`);
  });

  it("takes its own export without changing anything", async ({ store, create, hold, commit }) => {
    await fill({ store, create, hold, commit });
    const [before, lines] = [await contentOf(store), await Array.fromAsync(store.export())];

    await store.import(linesOf(lines));

    expect(await contentOf(store)).toEqual(before);
    expect(await Array.fromAsync(store.export())).toEqual(lines);
  });

  it("refuses a fact that is stored with other content as FACT_CONFLICT, naming the line", async ({
    store,
    create,
    hold,
    commit,
  }) => {
    await fill({ store, create, hold, commit });
    const lines = await Array.fromAsync(store.export());
    const place = lines.findIndex((line) => (JSON.parse(line) as FactLine).fact === "run");
    const edited = lines.with(place, lines[place]!.replace('"user":"ada"', '"user":"eve"'));

    await expect(store.import(linesOf(edited))).rejects.toMatchObject({
      code: "FACT_CONFLICT",
      message: expect.stringMatching(new RegExp(`\\b${place + 1}\\b`)) as unknown,
    });
    expect(await store.getRun(idOf(1))).toMatchObject({ user: "ada" });
  });

  it("refuses a plan that is not what its digest says as FACT_CONFLICT", async ({ store, create }) => {
    const { plan } = await create(1);
    const lines = (await Array.fromAsync(store.export())).map((line) => line.replace('"rate":0.1', '"rate":0.2'));

    await expect(store.import(linesOf(lines))).rejects.toMatchObject({ code: "FACT_CONFLICT" });
    expect(await store.getPlan(plan)).toEqual(planOf("churn"));
  });

  for (const line of [
    "no JSON",
    "42",
    "null",
    "{}",
    '{"fact":"unheard of"}',
    '{"fact":"run"}',
    '{"fact":"event","event":{}}',
  ]) {
    it(`refuses the line ${line} as FACT_CONFLICT, naming it`, async ({ store, create, hold, commit }) => {
      await fill({ store, create, hold, commit });
      const [first] = await Array.fromAsync(store.export());

      await expect(store.import(linesOf([first!, line]))).rejects.toMatchObject({
        code: "FACT_CONFLICT",
        message: expect.stringMatching(/\b2\b/) as unknown,
      });
    });
  }

  if (opensEmpty) {
    it("has in another store all that was exported, but for who holds what", async ({
      fixture,
      store,
      create,
      hold,
      commit,
    }) => {
      await fill({ store, create, hold, commit });
      const other = await fixture.openEmpty!();

      await other.import(store.export());

      const content = await contentOf(store);
      const [finished, held] = content.runs;
      expect(await contentOf(other)).toEqual({ ...content, runs: [finished, { ...held, status: "interrupted" }] });
    });

    it("takes an export twice", async ({ fixture, store, create, hold, commit }) => {
      await fill({ store, create, hold, commit });
      const other = await fixture.openEmpty!();
      await other.import(store.export());
      const before = await contentOf(other);

      await other.import(store.export());

      expect(await contentOf(other)).toEqual(before);
    });

    it("takes what is new of a later export", async ({ fixture, store, create, hold, commit }) => {
      const other = await fixture.openEmpty!();
      await create(3);
      await other.import(store.export());
      await store.append(eventsOf(idOf(3), [{ kind: "run-finished", status: "succeeded" }]));
      await fill({ store, create, hold, commit });

      await other.import(store.export());

      expect(await other.getRun(idOf(3))).toMatchObject({ status: "succeeded" });
      expect((await contentOf(other)).attempts).toEqual((await contentOf(store)).attempts);
    });

    it("exports the same from the other store", async ({ fixture, store, create, hold, commit }) => {
      await fill({ store, create, hold, commit });
      const other = await fixture.openEmpty!();

      await other.import(store.export());

      const sorted = async (exported: AsyncIterable<string>) => (await Array.fromAsync(exported)).sort();
      expect(await sorted(other.export())).toEqual(await sorted(store.export()));
    });
  }
}

/** What a line is called by others, and what it calls. */
function references(line: FactLine): { readonly makes: string; readonly needs: readonly string[] } {
  switch (line.fact) {
    case "plan":
      return { makes: `plan ${line.digest}`, needs: [] };
    case "run":
      return { makes: `run ${line.run.id}`, needs: [`plan ${line.run.plan}`] };
    case "event":
      return { makes: "event", needs: [`run ${line.event.run}`] };
    case "attempt":
      return { makes: `attempt ${line.attempt.id}`, needs: [`run ${line.attempt.run}`] };
    case "artifact":
      return { makes: `artifact ${line.artifact.digest}`, needs: [] };
    case "output":
      return { makes: "output", needs: [`run ${line.output.run}`, `artifact ${line.output.digest}`] };
    case "input":
      return {
        makes: "input",
        needs: [
          `attempt ${line.input.attempt}`,
          ...("model" in line.input.from ? [] : [`artifact ${line.input.digest}`]),
        ],
      };
    case "use":
      return { makes: "use", needs: [] };
    case "change":
      return { makes: "change", needs: [] };
    case "effect":
      return { makes: "effect", needs: [] };
    case "named":
      return { makes: "named", needs: [`artifact ${line.named.digest}`] };
  }
}
