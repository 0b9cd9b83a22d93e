import { InferenceSession, Tensor } from "onnxruntime-node";
import { z } from "zod";

/** A handwritten digit of 8 x 8 pixels, from 0 (white) to 16 (black), row by row. */
const Pixels = z.array(z.int().min(0).max(16)).length(64);

/** A digit that was not trained on, what it is, and what Python takes it for. */
export const TestDigit = z.object({ pixels: Pixels, label: z.int(), python: z.int() });

/** What the model takes each digit for. */
export async function predict(modelPath: string, digits: readonly (readonly number[])[]): Promise<number[]> {
  const session = await InferenceSession.create(modelPath);
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!];
  const images = new Tensor("float32", Float32Array.from(digits.flat()), [digits.length, 64]);
  const { [output]: labels } = await session.run({ [input]: images }, [output]);
  // Labels are 64-bit integers.
  return Array.from(labels!.data as BigInt64Array, Number);
}
