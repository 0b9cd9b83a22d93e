import distance from "damerau-levenshtein";

/** The candidates that are at most two typing slips away from `word`, nearest first. */
export function nearest(word: string, candidates: Iterable<string>): string[] {
  const limit = word.length < 4 ? 1 : 2;
  return [...candidates]
    .map((candidate) => ({ candidate, steps: distance(word.toLowerCase(), candidate.toLowerCase()).steps }))
    .filter(({ steps }) => steps <= limit)
    .sort((a, b) => a.steps - b.steps)
    .map(({ candidate }) => candidate);
}

/** `did you mean "x"? ` when something is near, then `Known: a, b, c`. */
export function didYouMean(word: string, candidates: Iterable<string>, label = "Known"): string {
  const known = [...candidates];
  const [best] = nearest(word, known);
  const list = known.length > 0 ? `${label}: ${known.join(", ")}` : `${label}: none`;
  return best === undefined ? list : `did you mean "${best}"? ${list}`;
}
