import { print, project, type CommonFlags, type Context } from "../../context.ts";
import { bytes } from "../../render/time.ts";
import { cacheOfProject, counted, modelTable, sizeOf } from "./cache-of.ts";

export default async function show(this: Context, flags: CommonFlags): Promise<void> {
  const opened = await project(this, flags);
  const limit = opened.file.modelCacheLimit;
  const models = await cacheOfProject(opened).list();
  print(this, flags, { size: sizeOf(models), limit, models }, () => {
    const total = `${counted(models)} of at most ${bytes(limit)}`;
    return models.length === 0 ? total : `${modelTable(models, this.io.stdout.columns)}\n\n${total}`;
  });
}
