/** A number as people read it: four significant digits, whole numbers in full. */
export function significant(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

/** How much more or less: `+0.0147`, `-3`; empty for no change. */
export function change(value: number): string {
  return value === 0 ? "" : `${value > 0 ? "+" : ""}${significant(value)}`;
}
