import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isFolder, type ModelRef } from "../artifacts/model.ts";
import { stoppable, transferOf, type TransferOptions } from "../components/transfer.ts";
import { messageOf, StackError } from "../errors.ts";
import { cloneOrCopy, makePrivateFolder } from "../platform.ts";

/**
 * Copies a loaded model into a folder, where it may be changed: a file under its own name, or what is in the model's folder. Whole or not
 * at all, and over nothing that is there.
 *
 * @returns where it lies: the file, or the folder
 * @throws StackError USAGE when something is there already; FILE_UNWRITABLE; TRANSFER_CANCELLED
 */
export async function copyModel({ path }: ModelRef, folder: string, options: TransferOptions = {}): Promise<string> {
  const whole = isFolder(path);
  const to = whole ? folder : join(folder, basename(path));
  await refuseWhatIsThere(to, whole);
  const temporary = join(dirname(to), `.${basename(to)}.${randomUUID()}`);
  return stoppable(`Copying to ${to}`, options.signal, async () => {
    try {
      await makePrivateFolder(dirname(to));
    } catch (cause) {
      throw new StackError("FILE_UNWRITABLE", `${dirname(to)} cannot be made: ${messageOf(cause)}.`, {
        hint: "Name a folder that you may write: --to FOLDER",
        cause,
      });
    }
    try {
      await copy(path, temporary, options);
      await rename(temporary, to);
      return to;
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  });
}

async function refuseWhatIsThere(to: string, whole: boolean): Promise<void> {
  if (!existsSync(to) || (whole && isFolder(to) && (await readdir(to)).length === 0)) return;
  throw new StackError("USAGE", `${to} is there already.`, { hint: "Name another folder: --to FOLDER" });
}

async function copy(from: string, to: string, options: TransferOptions): Promise<void> {
  const entries = isFolder(from) ? await readdir(from, { recursive: true, withFileTypes: true }) : [];
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const files = isFolder(from)
    ? entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    : [from];
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const transfer = transferOf(
    "copying",
    sizes.reduce((sum, size) => sum + size, 0),
    options,
  );
  const place = (path: string) => to + path.slice(from.length);
  if (isFolder(from)) for (const folder of [from, ...folders]) await mkdir(place(folder), { recursive: true });
  for (const file of files) await cloneOrCopy(file, place(file), transfer);
}
