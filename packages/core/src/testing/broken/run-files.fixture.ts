import { readFile, rm, writeFile } from "node:fs/promises";
import type { ExperimentTracker } from "../../components/experiment-tracker.ts";
import { InMemoryExperimentTracker } from "../in-memory/experiment-tracker.ts";
import { unless, type Mutation } from "./mutation.fixture.ts";

type Content = Parameters<ExperimentTracker["logFile"]>[2];

async function bytesOf(content: Content): Promise<Uint8Array> {
  return "path" in content ? readFile(content.path) : content;
}

/** What is said of the files of runs. */
export const runFileMutations: readonly Mutation<ExperimentTracker>[] = [
  {
    rule: "a file is bytes, not text",
    failing: "gives a file of every byte value back as it was",
    breakIt: (tracker) => ({
      readFile: async (id, path) => Buffer.from(Buffer.from(await tracker.readFile(id, path)).toString("utf8")),
    }),
  },
  {
    rule: "a run's file may be empty",
    failing: "gives a file of no bytes back as it was",
    breakIt: (tracker) => ({
      logFile: async (id, path, content) => {
        const bytes = await bytesOf(content);
        if (bytes.byteLength > 0) await tracker.logFile(id, path, bytes);
      },
    }),
  },
  {
    rule: "a run's file may be large",
    failing: "gives a file of some megabytes back as it was",
    breakIt: (tracker) => ({
      logFile: async (id, path, content) => tracker.logFile(id, path, (await bytesOf(content)).subarray(0, 1_000_000)),
    }),
  },
  {
    rule: "files are listed with their sizes",
    failing: "lists the files of a run with their sizes",
    breakIt: (tracker) => ({
      listFiles: async (id) => (await tracker.listFiles(id)).map(({ path }) => ({ path, size: 0 })),
    }),
  },
  {
    rule: "a file can be replaced",
    failing: "replaces a file that was there",
    breakIt: (tracker) => ({
      logFile: async (id, path, content) => {
        const files = await tracker.listFiles(id);
        if (!files.some((file) => file.path === path)) await tracker.logFile(id, path, content);
      },
    }),
  },
  {
    rule: "a run's files are its own",
    failing: "keeps files of one path in different runs and folders apart",
    breakIt: (tracker) => ({ logFile: (id, path, content) => tracker.logFile(id, path.split("/").at(-1)!, content) }),
  },
  {
    rule: "a file that a run does not have is ARTIFACT_NOT_FOUND",
    failing: "refuses a file that a run does not have as ARTIFACT_NOT_FOUND",
    breakIt: (tracker) => ({ readFile: (id, path) => tracker.readFile(id, path).catch(() => new Uint8Array(0)) }),
  },
  {
    rule: "a path stays in its run",
    failing: 'refuses the path "../x" as NAME_INVALID',
    breakIt: (tracker) => ({
      logFile: (id, path, content) => tracker.logFile(id, path.replaceAll("../", ""), content),
    }),
  },
  {
    rule: "files of runs stay",
    failing: "has files once it is opened again",
    reopen: () => new InMemoryExperimentTracker(),
  },
  {
    rule: "a file of this machine may be given",
    failing: "keeps a file of this machine of some megabytes as it was",
    breakIt: (tracker) => ({
      logFile: (id, path, content) =>
        tracker.logFile(id, path, "path" in content ? Buffer.from(content.path) : content),
    }),
  },
  {
    rule: "a file of this machine may be empty",
    failing: "keeps a file of this machine of no bytes as it was",
    breakIt: (tracker) => ({
      logFile: async (id, path, content) => {
        if ((await bytesOf(content)).byteLength > 0) await tracker.logFile(id, path, content);
      },
    }),
  },
  {
    rule: "a run keeps a copy of a file",
    failing: "keeps a copy of a file of this machine, whatever happens to that",
    breakIt: (tracker) => {
      const sources = new Map<string, string>();
      return {
        logFile: async (id, path, content) => {
          if ("path" in content) sources.set(path, content.path);
          await tracker.logFile(id, path, content);
        },
        readFile: async (id, path) => (sources.has(path) ? readFile(sources.get(path)!) : tracker.readFile(id, path)),
      };
    },
  },
  {
    rule: "a file of this machine must be there",
    failing: "refuses a file of this machine that is not there as FILE_NOT_FOUND",
    breakIt: (tracker) => ({
      logFile: (id, path, content) =>
        unless(
          "FILE_NOT_FOUND",
          () => tracker.logFile(id, path, content),
          () => tracker.logFile(id, path, new Uint8Array(0)),
        ),
    }),
  },
  ...["a folder", "a link", "a pipe"].map((what): Mutation<ExperimentTracker> => ({
    rule: `${what} is no file`,
    failing: `refuses ${what} as ARTIFACT_INVALID, without waiting for it`,
    breakIt: (tracker) => ({
      logFile: (id, path, content) =>
        unless(
          "ARTIFACT_INVALID",
          () => tracker.logFile(id, path, content),
          () => tracker.logFile(id, path, new Uint8Array(0)),
        ),
    }),
  })),
  {
    rule: "a refused file takes nothing away",
    failing: "leaves the file that was there when it refuses another",
    breakIt: (tracker) => ({
      logFile: async (id, path, content) => {
        if ("path" in content) await tracker.logFile(id, path, new Uint8Array(0));
        await tracker.logFile(id, path, content);
      },
    }),
  },
  ...["of no bytes", "of every byte value", "of some megabytes"].map((what): Mutation<ExperimentTracker> => ({
    rule: `a run's file ${what} can be downloaded`,
    failing: `downloads a run's file ${what} as it was`,
    breakIt: (tracker) => ({
      downloadFile: async (id, path, to) => {
        await tracker.downloadFile(id, path, to);
        const text = await readFile(to, "utf8");
        if (text === "") await rm(to);
        else await writeFile(to, text);
      },
    }),
  })),
  {
    rule: "a download of a run's file overwrites nothing",
    failing: "leaves a file alone that is where a run's file is to be downloaded",
    breakIt: (tracker) => ({ downloadFile: async (id, path, to) => writeFile(to, await tracker.readFile(id, path)) }),
  },
  {
    rule: "what a run does not have cannot be downloaded",
    failing: "refuses to download a file that a run does not have as ARTIFACT_NOT_FOUND and leaves nothing",
    breakIt: (tracker) => ({
      downloadFile: async (id, path, to) => {
        await writeFile(to, "", { flag: "wx" });
        await tracker.downloadFile(id, path, `${to}.part`);
      },
    }),
  },
  {
    rule: "what moves into a run is counted",
    failing: "says how many bytes of a file of every byte value have moved, either way",
    breakIt: (tracker) => ({
      logFile: (id, path, content, { signal } = {}) => tracker.logFile(id, path, content, { signal }),
    }),
  },
  {
    rule: "what moves out of a run is counted once",
    failing: "says how many bytes of a file of some megabytes have moved, either way",
    breakIt: (tracker) => ({
      downloadFile: (id, path, to, { onBytes, signal } = {}) =>
        tracker.downloadFile(id, path, to, { signal, onBytes: (count) => onBytes?.(2 * count) }),
    }),
  },
  {
    rule: "an empty file moves no bytes",
    failing: "says how many bytes of a file of no bytes have moved, either way",
    breakIt: (tracker) => ({
      downloadFile: async (id, path, to, transfer) => {
        await tracker.downloadFile(id, path, to, transfer);
        transfer?.onBytes?.(1);
      },
    }),
  },
  ...["before it began", "on its way"].flatMap((when): Mutation<ExperimentTracker>[] => [
    {
      rule: `a run keeps nothing of what is stopped ${when}`,
      failing: `keeps nothing of a file that is stopped ${when}, and the one that was there`,
      breakIt: (tracker) => ({
        logFile: async (id, path, content, transfer) => {
          if ("path" in content) await tracker.logFile(id, path, Buffer.from("half"));
          await tracker.logFile(id, path, content, transfer);
        },
      }),
    },
    {
      rule: `nothing is left of a run's file that is stopped ${when}`,
      failing: `leaves nothing of a run's file that was stopped ${when} while it was made`,
      breakIt: (tracker) => ({
        downloadFile: (id, path, to, transfer) =>
          tracker.downloadFile(id, path, to, transfer).catch(async (error: unknown) => {
            await writeFile(to, "half");
            throw error;
          }),
      }),
    },
  ]),
];
