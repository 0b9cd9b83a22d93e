/** Quotes a word for a POSIX shell where it needs it. */
export function quote(word: string): string {
  // The mask stays as it is: it names no files.
  return /^(?:[\w@%+=:,./-]|\*{3})+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
