import { scripts } from "../completion/scripts.ts";
import type { CommonFlags, Context } from "../context.ts";

export default function completion(this: Context, _flags: CommonFlags, shell: keyof typeof scripts): void {
  this.io.stdout.write(scripts[shell]);
}
