import type { MetadataStore } from "../../components/metadata-store.ts";
import type { ArtifactRecord, EffectRecord } from "../../components/records.ts";
import type { Json } from "../../json.ts";
import { InMemoryMetadataStore } from "../in-memory/metadata-store.ts";
import type { Mutation } from "./mutation.fixture.ts";

/** What is said of artifacts and effects. */
export const artifactAndEffectMutations: readonly Mutation<MetadataStore>[] = [
  {
    rule: "small content lies in the record",
    failing: "gives an artifact with its content back as it was",
    breakIt: (store) => ({
      commitAttempt: ({ artifacts, ...commit }) =>
        store.commitAttempt({ ...commit, artifacts: artifacts.map(({ inline: _, ...artifact }) => artifact) }),
    }),
  },
  {
    rule: "no content is not empty content",
    failing: "gives the empty content of an artifact back",
    breakIt: (store) => ({
      getArtifact: async (digest) => {
        const { inline, ...artifact } = await store.getArtifact(digest);
        return inline?.byteLength ? { ...artifact, inline } : artifact;
      },
    }),
  },
  {
    rule: "empty content is not no content",
    failing: "gives no content of an artifact that is stored elsewhere",
    breakIt: (store) => ({
      getArtifact: async (digest) => ({ inline: new Uint8Array(0), ...(await store.getArtifact(digest)) }),
    }),
  },
  {
    rule: "what was said first of content stays",
    failing: "leaves an artifact as it was described first when its content is stored again",
    breakIt: (store) => {
      const last = new Map<string, ArtifactRecord>();
      return {
        commitAttempt: async (commit) => {
          for (const artifact of commit.artifacts) last.set(artifact.digest, artifact);
          await store.commitAttempt(commit);
        },
        getArtifact: async (digest) => last.get(digest)!,
      };
    },
  },
  {
    rule: "an unknown artifact is ARTIFACT_NOT_FOUND",
    failing: "refuses an unknown artifact as ARTIFACT_NOT_FOUND",
    breakIt: (store) => ({
      getArtifact: (digest) => store.getArtifact(digest).catch(() => Promise.reject(new Error("none"))),
    }),
  },
  {
    rule: "lists do not carry content",
    failing: "lists artifacts newest first, without their content",
    breakIt: (store) => ({
      listArtifacts: async (query) => {
        const { items, ...page } = await store.listArtifacts(query);
        return { ...page, items: await Promise.all(items.map(({ digest }) => store.getArtifact(digest))) };
      },
    }),
  },
  {
    rule: "artifacts are paged",
    failing: "lists artifacts in pages",
    breakIt: (store) => ({ listArtifacts: async (query) => ({ items: (await store.listArtifacts(query)).items }) }),
  },
  {
    rule: "artifacts are found by type",
    failing: "lists the artifacts of a type",
    breakIt: (store) => ({ listArtifacts: ({ type: _, ...query } = {}) => store.listArtifacts(query) }),
  },
  {
    rule: "an empty prefix is one too",
    failing: "lists the artifacts whose digest starts so",
    breakIt: (store) => ({
      listArtifacts: async (query = {}) => (query.digestPrefix === "" ? { items: [] } : store.listArtifacts(query)),
    }),
  },
  {
    rule: "versions count content",
    failing: "counts the versions of a named output by content",
    breakIt: (store) => ({
      namedArtifacts: async (name, page) => {
        const { items } = await store.namedArtifacts(name, page);
        return { items: items.map((artifact, place) => ({ ...artifact, version: items.length + 1 - place })) };
      },
    }),
  },
  {
    rule: "a version says where it came from first",
    failing: "says which output stored a version first, and when",
    breakIt: (store) => ({
      namedArtifacts: async (name, page) => {
        const { items } = await store.namedArtifacts(name, page);
        const { items: runs } = await store.listRuns();
        return { items: items.map((artifact) => ({ ...artifact, from: { ...artifact.from, run: runs[0]!.id } })) };
      },
    }),
  },
  {
    rule: "each name counts by itself",
    failing: "counts the versions of each name by itself",
    breakIt: (store) => ({ namedArtifacts: (_, page) => store.namedArtifacts("rows", page) }),
  },
  {
    rule: "the highest version comes first",
    failing: "gives the highest version of a name first, whatever the clocks said",
    breakIt: (store) => ({
      namedArtifacts: async (name) => ({
        items: (await store.namedArtifacts(name)).items.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1)),
      }),
    }),
  },
  {
    rule: "versions are paged",
    failing: "gives versions in pages",
    breakIt: (store) => ({
      namedArtifacts: async (name, page) => ({ items: (await store.namedArtifacts(name, page)).items }),
    }),
  },
  {
    rule: "content committed at once is counted once",
    failing: "counts each content once when many are committed at once",
    breakIt: (store) => ({
      namedArtifacts: async (name) => {
        const { items } = await store.namedArtifacts(name);
        return { items: [...items, ...items] };
      },
    }),
  },
  {
    rule: "an intent is stored",
    failing: "stores an intent and returns it",
    breakIt: () => ({ getEffect: async () => undefined }),
  },
  {
    rule: "the first intent stays",
    failing: "returns the earlier intent under a key and leaves it",
    breakIt: (store) => ({
      putEffect: async (effect) => {
        await store.putEffect(effect);
        return effect;
      },
    }),
  },
  {
    rule: "of intents at once one stays",
    failing: "gives the same intent to all that put one at once",
    breakIt: (store) => ({
      putEffect: async (effect) => {
        await store.putEffect(effect);
        return effect;
      },
    }),
  },
  {
    rule: "what was made is known",
    failing: "says how the outside calls what was made",
    breakIt: () => ({ settleEffect: async () => undefined }),
  },
  {
    rule: "made and nothing to say of it is made",
    failing: "tells an effect that was made, with nothing to be said of it, from one that was not",
    breakIt: (store) => ({
      settleEffect: async (key, done) => {
        if (done !== null) await store.settleEffect(key, done);
      },
    }),
  },
  {
    rule: "an intent may be any JSON",
    failing: "gives awkward intents back equal",
    breakIt: (store) => ({
      getEffect: async (key) => {
        const effect = await store.getEffect(key);
        return (
          effect && ({ ...effect, intent: JSON.parse(JSON.stringify(effect.intent)) as Json } satisfies EffectRecord)
        );
      },
    }),
  },
  {
    rule: "effects stay",
    failing: "has effects once it is opened again",
    reopen: () => new InMemoryMetadataStore(),
  },
];
