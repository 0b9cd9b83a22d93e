import { copyFile, rm, writeFile } from "node:fs/promises";
import type { ArtifactStore, StoredBlob } from "../../components/artifact-store.ts";
import { digestOf, type Digest } from "../../digest.ts";
import { InMemoryArtifactStore } from "../in-memory/artifact-store.ts";
import { unless, type Mutation } from "./mutation.fixture.ts";

export const artifactStoreMutations: readonly Mutation<ArtifactStore>[] = [
  {
    rule: "a blob's address is the sha256 of its bytes",
    failing: "returns the sha256 and size of every byte value, and gives them back",
    breakIt: (store) => ({ put: async (bytes) => ({ ...(await store.put(bytes)), digest: digestOf("else") }) }),
  },
  {
    rule: "nothing is something too",
    failing: "returns the sha256 and size of no bytes, and gives them back",
    breakIt: (store) => ({
      put: async (bytes) => (bytes.byteLength > 0 ? store.put(bytes) : { digest: digestOf(bytes), size: 0 }),
    }),
  },
  {
    rule: "the same bytes are stored once",
    failing: "stores the same bytes once",
    breakIt: (store) => {
      const stored: StoredBlob[] = [];
      return {
        put: async (bytes) => {
          const blob = await store.put(bytes);
          stored.push(blob);
          return blob;
        },
        list: async () => ({ items: stored }),
      };
    },
  },
  {
    rule: "what is stored is not the caller's memory",
    failing: "keeps what was put when the caller's bytes change afterwards",
    breakIt: (store) => {
      const blobs = new Map<Digest, Uint8Array>();
      return {
        put: async (bytes) => {
          blobs.set(digestOf(bytes), bytes);
          return store.put(bytes);
        },
        get: async (digest) => blobs.get(digest)!,
      };
    },
  },
  {
    rule: "what was read is the caller's own",
    failing: "keeps what was put when the bytes it gave change",
    breakIt: (store) => {
      const read = new Map<Digest, Uint8Array>();
      return { get: async (digest) => read.get(digest) ?? read.set(digest, await store.get(digest)).get(digest)! };
    },
  },
  {
    rule: "only what was put is there",
    failing: "knows what was put and nothing else",
    breakIt: () => ({ has: async () => true }),
  },
  {
    rule: "a file is stored as its bytes, not as text",
    failing: "stores a file of every byte value under the digest of its bytes",
    breakIt: (store) => ({
      putFile: async (path) => {
        const { digest } = await store.putFile(path);
        return store.put(Buffer.from(Buffer.from(await store.get(digest)).toString("utf8")));
      },
    }),
  },
  {
    rule: "a stored file does not change with its source",
    failing: "keeps what was stored when the file changes afterwards",
    breakIt: (store) => {
      const sources = new Map<Digest, string>();
      return {
        putFile: async (path) => {
          const blob = await store.putFile(path);
          sources.set(blob.digest, path);
          return blob;
        },
        get: async (digest) => store.get((await store.putFile(sources.get(digest)!)).digest),
      };
    },
  },
  {
    rule: "a file that is not there is FILE_NOT_FOUND",
    failing: "refuses a file that is not there as FILE_NOT_FOUND and stores nothing",
    breakIt: (store) => ({
      putFile: (path) =>
        unless(
          "FILE_NOT_FOUND",
          () => store.putFile(path),
          () => store.put(new Uint8Array(0)),
        ),
    }),
  },
  {
    rule: "an unknown digest is ARTIFACT_NOT_FOUND",
    failing: "refuses an unknown digest as ARTIFACT_NOT_FOUND",
    breakIt: (store) => ({ get: (digest) => store.get(digest).catch(() => new Uint8Array(0)) }),
  },
  {
    rule: "nothing is left where no file could be made",
    failing: "refuses to make a file of an unknown digest as ARTIFACT_NOT_FOUND and leaves nothing",
    breakIt: (store) => ({
      getFile: async (digest, path) => {
        await writeFile(path, "");
        await writeFile(path, await store.get(digest));
      },
    }),
  },
  {
    rule: "a file that is there is left alone",
    failing: "leaves a file alone that is where one is to be made",
    breakIt: (store) => ({ getFile: async (digest, path) => writeFile(path, await store.get(digest)) }),
  },
  {
    rule: "several files can be made of one blob",
    failing: "makes several files of one blob",
    breakIt: (store) => ({
      getFile: async (digest, path) => {
        await store.getFile(digest, path);
        await store.delete(digest);
      },
    }),
  },
  {
    rule: "what is read has been checked",
    failing: "refuses damaged bytes as DIGEST_MISMATCH, naming the blob",
    breakIt: (store) => ({
      get: (digest) =>
        unless(
          "DIGEST_MISMATCH",
          () => store.get(digest),
          async () => Uint8Array.of(0),
        ),
    }),
  },
  {
    rule: "nothing is left of a damaged blob",
    failing: "refuses to make a file of damaged bytes as DIGEST_MISMATCH and leaves nothing",
    breakIt: (store) => ({
      getFile: async (digest, path) => {
        await copyFile("/dev/null", path);
        await store.get(digest);
      },
    }),
  },
  {
    rule: "blobs are listed in the order of their digests",
    failing: "lists blobs in the order of their digests, with their sizes",
    breakIt: (store) => ({ list: async () => ({ items: (await store.list()).items.toReversed() }) }),
  },
  {
    rule: "a page says where the next one begins",
    failing: "lists blobs in pages",
    breakIt: (store) => ({ list: async (page) => ({ items: (await store.list(page)).items }) }),
  },
  {
    rule: "a page is as long as was asked for",
    failing: "lists blobs in pages",
    breakIt: (store) => ({ list: () => store.list() }),
  },
  {
    rule: "what was deleted is gone",
    failing: "deletes a blob and leaves the others",
    breakIt: () => ({ delete: async () => undefined }),
  },
  {
    rule: "deleting what is not there is fine",
    failing: "deletes a blob that is not there without complaint",
    breakIt: (store) => ({
      delete: async (digest) => {
        await store.get(digest);
        await store.delete(digest);
      },
    }),
  },
  {
    rule: "what was deleted can be stored again",
    failing: "stores a deleted blob again",
    breakIt: (store) => {
      const deleted = new Set<Digest>();
      return {
        delete: async (digest) => {
          deleted.add(digest);
          await store.delete(digest);
        },
        list: async (page) => {
          const { items } = await store.list(page);
          return { items: items.filter(({ digest }) => !deleted.has(digest)) };
        },
      };
    },
  },
  {
    rule: "a file that was made is the caller's own",
    failing: "leaves a file that was made of a blob when the blob is deleted",
    breakIt: (store) => {
      const made = new Map<Digest, string>();
      return {
        getFile: async (digest, path) => {
          made.set(digest, path);
          await store.getFile(digest, path);
        },
        delete: async (digest) => rm(made.get(digest)!),
      };
    },
  },
  {
    rule: "a file that is stored stays where it is",
    failing: "leaves the file where it is",
    breakIt: (store) => ({
      putFile: async (path) => {
        const blob = await store.putFile(path);
        await rm(path);
        return blob;
      },
    }),
  },
  {
    rule: "what was put stays",
    failing: "has what was put once it is opened again",
    reopen: () => new InMemoryArtifactStore(),
  },
];
