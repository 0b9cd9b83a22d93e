/**
 * SQL's LIKE: `%` stands for any characters, `_` for one, everything else for itself. There is no escape, as in MLflow.
 * With `ignoreCase`, ILIKE: characters are equal when their upper cases are, whatever the language.
 */
export function isLike(text: string, pattern: string, ignoreCase: boolean): boolean {
  const [signs, characters] = [charactersOf(pattern, ignoreCase), charactersOf(text, ignoreCase)];
  let [sign, character] = [0, 0];
  /** Behind the last `%`, and where its characters end so far: to be tried again one further on. */
  let retry: { readonly sign: number; character: number } | undefined;
  while (character < characters.length) {
    if (signs[sign] === "%") {
      retry = { sign: ++sign, character };
    } else if (sign < signs.length && (signs[sign] === "_" || signs[sign] === characters[character])) {
      sign++;
      character++;
    } else if (retry === undefined) {
      return false;
    } else {
      sign = retry.sign;
      character = ++retry.character;
    }
  }
  return signs.slice(sign).every((rest) => rest === "%");
}

function charactersOf(text: string, ignoreCase: boolean): string[] {
  const characters = Array.from(text);
  // By way of the lower case: ẞ is the capital of ß, whose own capital is SS.
  return ignoreCase ? characters.map((character) => character.toLowerCase().toUpperCase()) : characters;
}
