import { copyFile, readFile, writeFile } from "node:fs/promises";
import type { ModelRegistry } from "../../components/model-registry.ts";
import { digestOf, type Digest } from "../../digest.ts";
import { StackError } from "../../errors.ts";
import { InMemoryModelRegistry } from "../in-memory/model-registry.ts";
import { unless, type Mutation } from "./mutation.fixture.ts";

/** What is said of files. */
export const fileMutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "the model's files come first",
    failing: "lists a version's files with size and digest: the model's, then the extra ones, by path",
    breakIt: (registry) => ({
      listFiles: async (model, version) =>
        (await registry.listFiles(model, version)).toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    }),
  },
  {
    rule: "files are bytes, not text",
    failing: "downloads a file of every byte value as it was",
    breakIt: (registry) => ({
      downloadFile: async (model, version, file, to) => {
        await registry.downloadFile(model, version, file, to);
        await writeFile(to, await readFile(to, "utf8"));
      },
    }),
  },
  {
    rule: "a file may be empty",
    failing: "downloads a file of no bytes as it was",
    breakIt: (registry) => ({
      downloadFile: async (model, version, file, to) => {
        const stored = (await registry.listFiles(model, version)).find(({ path }) => path === file.path);
        if (stored?.size !== 0) await registry.downloadFile(model, version, file, to);
      },
    }),
  },
  {
    rule: "a file may be large",
    failing: "downloads a file of some megabytes as it was",
    breakIt: (registry) => ({
      downloadFile: async (model, version, file, to) => {
        await registry.downloadFile(model, version, file, to);
        await writeFile(to, (await readFile(to)).subarray(0, 1_048_576));
      },
    }),
  },
  {
    rule: "a path belongs to its part",
    failing: "keeps files of one path in different parts and folders apart",
    breakIt: (registry) => ({
      downloadFile: async (model, version, { path }, to) => {
        const file = (await registry.listFiles(model, version)).find((stored) => stored.path === path)!;
        await registry.downloadFile(model, version, file, to);
      },
    }),
  },
  {
    rule: "a file that a version does not have is ARTIFACT_NOT_FOUND",
    failing: "refuses to download a file that a version does not have as ARTIFACT_NOT_FOUND and leaves nothing",
    breakIt: (registry) => ({
      downloadFile: async (model, version, file, to) => {
        await writeFile(to, "", { flag: "wx" });
        await registry.downloadFile(model, version, file, `${to}.part`);
        await copyFile(`${to}.part`, to);
      },
    }),
  },
  {
    rule: "a download overwrites nothing",
    failing: "leaves a file alone that is where one is to be downloaded",
    breakIt: (registry) => ({
      downloadFile: async (model, version, file, to) => {
        await registry.downloadFile(model, version, file, `${to}.part`);
        await copyFile(`${to}.part`, to);
      },
    }),
  },
  {
    rule: "a registry has files of its own",
    failing: "keeps a version's files when the registered ones change or go",
    breakIt: (registry) => {
      const sources = new Map<Digest, string>();
      return {
        registerModelVersion: (request, by) => {
          for (const { digest, localPath } of request.files) sources.set(digest, localPath);
          return registry.registerModelVersion(request, by);
        },
        downloadFile: async (model, version, _, to) => {
          const [file] = await registry.listFiles(model, version);
          await copyFile(sources.get(file!.digest!)!, to);
        },
      };
    },
  },
  {
    rule: "a deleted version takes no files of others with it",
    failing: "keeps a file that two versions have when one of them is deleted",
    breakIt: (registry) => ({
      downloadFile: async (model, version, file, to) => {
        const { items } = await registry.history(model);
        if (items.some(({ kind }) => kind === "deleted")) throw new StackError("ARTIFACT_NOT_FOUND", "It is gone.");
        await registry.downloadFile(model, version, file, to);
      },
    }),
  },
  {
    rule: "a restored version has its files",
    failing: "gives downloads after a version was restored",
    breakIt: (registry) => ({
      downloadFile: async (model, version, file, to) => {
        const { items } = await registry.history(model);
        if (items.some(({ kind }) => kind === "restored")) throw new StackError("ARTIFACT_NOT_FOUND", "It is gone.");
        await registry.downloadFile(model, version, file, to);
      },
    }),
  },
  {
    rule: "files stay",
    failing: "has the files once it is opened again",
    reopen: () => new InMemoryModelRegistry(),
  },
  {
    rule: "a file is what its digest says",
    failing: "refuses a file that is not what its digest says as DIGEST_MISMATCH and makes nothing",
    breakIt: (registry) => ({
      registerModelVersion: async (request, by) => {
        const files = await Promise.all(
          request.files.map(async (file) => ({ ...file, digest: digestOf(await readFile(file.localPath)) })),
        );
        return registry.registerModelVersion({ ...request, files }, by);
      },
    }),
  },
  {
    rule: "a refused file leaves no model",
    failing: "refuses a file that is not what its digest says as DIGEST_MISMATCH and makes nothing",
    breakIt: (registry) => ({
      registerModelVersion: async (request, by) => {
        await registry.registerModel({ name: request.model }, by).catch(() => undefined);
        return registry.registerModelVersion(request, by);
      },
    }),
  },
  {
    rule: "a file must be there",
    failing: "refuses a file that is not there as FILE_NOT_FOUND and makes nothing",
    breakIt: (registry) => ({
      registerModelVersion: (request, by) =>
        unless(
          "FILE_NOT_FOUND",
          () => registry.registerModelVersion(request, by),
          () => registry.registerModelVersion({ ...request, files: [] }, by),
        ),
    }),
  },
  {
    rule: "a refused file takes nothing from others",
    failing: "takes nothing from other versions when it refuses a file",
    breakIt: (registry) => {
      let refused = false;
      return {
        registerModelVersion: (request, by) =>
          registry.registerModelVersion(request, by).catch((error: unknown) => {
            refused = true;
            throw error;
          }),
        downloadFile: async (...about) => {
          if (refused) throw new StackError("ARTIFACT_NOT_FOUND", "It was removed.");
          await registry.downloadFile(...about);
        },
      };
    },
  },
  {
    rule: "a download is checked",
    failing: "refuses to download a damaged file as DIGEST_MISMATCH and leaves nothing",
    breakIt: (registry) => ({
      downloadFile: (model, version, file, to) =>
        unless(
          "DIGEST_MISMATCH",
          () => registry.downloadFile(model, version, file, to),
          () => writeFile(to, "damaged"),
        ),
    }),
  },
  {
    rule: "a damaged download leaves nothing",
    failing: "refuses to download a damaged file as DIGEST_MISMATCH and leaves nothing",
    breakIt: (registry) => ({
      downloadFile: async (model, version, file, to) => {
        await writeFile(to, "damaged");
        await registry.downloadFile(model, version, file, `${to}.part`);
      },
    }),
  },
];
