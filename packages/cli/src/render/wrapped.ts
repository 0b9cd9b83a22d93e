/** In lines of so many columns, broken between words, the later ones indented. A word that is longer, such as a path, stays whole. */
export function wrapped(text: string, columns: number, indent = "  "): string {
  const [first = "", ...words] = text.split(" ");
  let lines = first;
  let column = first.length;
  for (const word of words) {
    const fits = column + 1 + word.length <= columns;
    lines += fits ? ` ${word}` : `\n${indent}${word}`;
    column = (fits ? column + 1 : indent.length) + word.length;
  }
  return lines;
}
