import { checkPortableName } from "../names.ts";

const TAG = "modelstack.model_format";

/** @throws StackError NAME_INVALID for what is no name */
export function checkFormat(format: string): string {
  return checkPortableName("The format", format);
}

/** The tag that says how a model is stored, if that was said. @throws StackError NAME_INVALID */
export function formatTags(format: string | undefined): Record<string, string> {
  return format === undefined ? {} : { [TAG]: checkFormat(format) };
}

/** How a model is stored, if it was said when it was registered. */
export function formatOf({
  tags,
}: {
  readonly tags?: Readonly<Record<string, string>> | undefined;
}): string | undefined {
  return tags?.[TAG];
}
