import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Call } from "./http/call.ts";
import { badRequest } from "./http/refusals.ts";
import type { Instance, Package, PackageFile, Project } from "./instance.ts";

/** Large pieces: at 64 KiB, a file is written more slowly than it comes. */
const WRITE_BUFFER = 4 * 1024 * 1024;

/**
 * Takes the body as a file, without ever having it in memory. What is too large is refused, before it is sent when its length is told.
 * [S] the body is the file itself, whatever its content type.
 */
export async function received(
  call: Call,
  limit: number,
  tooLarge: string,
): Promise<Pick<PackageFile, "file" | "size">> {
  const { request, instance } = call;
  if (Number(request.headers["content-length"] ?? 0) > limit) throw badRequest(tooLarge);
  const file = join(instance.folder, randomUUID());
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) request.destroy();
  });
  try {
    await pipeline(request, createWriteStream(file, { highWaterMark: WRITE_BUFFER }));
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { file, size };
}

/** Adds a file to a package. One of the same name stays beside it. */
export function addFile(
  instance: Instance,
  owner: Package,
  name: string,
  stored: Pick<PackageFile, "file" | "size">,
): PackageFile {
  const added = { id: instance.nextId(), name, ...stored, createdAt: Date.now() };
  owner.files.push(added);
  return added;
}

export function makePackage(
  instance: Instance,
  project: Project,
  made: Pick<Package, "type" | "name" | "version" | "status">,
): Package {
  const item: Package = { id: instance.nextId(), createdAt: Date.now(), files: [], ...made };
  project.packages.add(item);
  return item;
}

/** Of several with a name, the newest. */
export const newest = (owner: Package | undefined, name: string) => owner?.files.findLast((file) => file.name === name);

export async function sha256Of({ file }: PackageFile): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
