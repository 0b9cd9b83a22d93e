// The package brings no types.
declare module "ml-random-forest" {
  export class RandomForestClassifier {
    constructor(options: { nEstimators: number; seed: number; maxFeatures?: number; noOOB?: boolean });
    static load(model: unknown): RandomForestClassifier;
    train(rows: readonly (readonly number[])[], labels: readonly number[]): void;
    predict(rows: readonly (readonly number[])[]): number[];
    /** One row for each given one, one column for each tree. */
    predictionValues(rows: readonly (readonly number[])[]): {
      readonly columns: number;
      get(row: number, column: number): number;
    };
    toJSON(): unknown;
  }
}
