/** How words are read, wherever that is done: by the command and by completion. */
export const parserOptions = {
  name: "stack",
  scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
  documentation: { caseStyle: "convert-camel-to-kebab", disableAnsiColor: true },
} as const;
