import { ConfusionMatrix } from "ml-confusion-matrix";
import { figure, type Figure } from "modelstack";
import { z } from "zod";
import { species, type Penguin } from "./forest.ts";

/** How many birds of one species were taken for which. */
export const Confusion = z.object({ actual: z.enum(species), Adelie: z.int(), Chinstrap: z.int(), Gentoo: z.int() });
export type Confusion = z.infer<typeof Confusion>;

/** A row for each species, in their order. */
export function confusionOf(
  actual: readonly Penguin["species"][],
  predicted: readonly Penguin["species"][],
): Confusion[] {
  const matrix = ConfusionMatrix.fromLabels([...actual], [...predicted], { labels: [...species] });
  return species.map((name) => {
    const [Adelie, Chinstrap, Gentoo] = species.map((taken) => matrix.getCount(name, taken)) as [
      number,
      number,
      number,
    ];
    return { actual: name, Adelie, Chinstrap, Gentoo };
  });
}

const SIDE = 90;

/** The matrix as a picture: a row for each species, a column for what its birds were taken for, the darker the more. */
export function drawConfusion(rows: readonly Confusion[]): Figure {
  const most = Math.max(1, ...rows.flatMap((row) => species.map((taken) => row[taken])));
  const cells = rows.flatMap((row, y) =>
    species.map((taken, x) => {
      const share = row[taken] / most;
      const place = `x="${(x + 1) * SIDE}" y="${(y + 1) * SIDE}"`;
      const middle = `x="${(x + 1.5) * SIDE}" y="${(y + 1.5) * SIDE}"`;
      return `<rect ${place} width="${SIDE}" height="${SIDE}" fill="#1f6fb2" fill-opacity="${share.toFixed(3)}"/>
<text ${middle} fill="${share > 0.5 ? "white" : "black"}">${row[taken]}</text>`;
    }),
  );
  const names = species.map(
    (name, i) => `<text x="${(i + 1.5) * SIDE}" y="${SIDE / 2}">${name}</text>
<text x="${SIDE / 2}" y="${(i + 1.5) * SIDE}">${name}</text>`,
  );
  const size = (species.length + 1) * SIDE;
  return figure(
    "svg",
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}" font-family="sans-serif" font-size="15" text-anchor="middle" dominant-baseline="middle">
<title>Penguins by species (rows) and what they were taken for (columns)</title>
<rect width="${size}" height="${size}" fill="white"/>
${[...names, ...cells].join("\n")}
</svg>
`,
  );
}
