// What can be used without loading zod or any other package: it is here so that commands that need no more than this start fast.
export {
  errorCodes,
  exitCodeOf,
  isStackError,
  messageOf,
  StackError,
  type ErrorCode,
  type ErrorKind,
  type SourceLocation,
} from "./errors.ts";
export { digestOf, isDigest, shortDigest, type Digest } from "./digest.ts";
export { checkLabel, checkPortableName, hasControlCharacters, printable } from "./names.ts";
export { looksSecret, looksSecretFile, maskCommand, maskSecrets } from "./secrets.ts";
export { didYouMean, nearest } from "./suggest.ts";
export { findUpwards } from "./stack/locate.ts";
export { findPlugin, PLUGIN_API, readManifest, type PluginManifest, type PluginSource } from "./stack/plugins.ts";
export { FlavorCatalog, type FlavorListing } from "./stack/flavor-catalog.ts";
export { STACK_FILE_EXAMPLE } from "./stack/stack-text.ts";
export { readPluginNames } from "./stack/plugin-names.ts";
