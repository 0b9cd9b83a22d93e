import { modelSignature } from "modelstack";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { z } from "zod";

/** A handwritten digit of 8 x 8 pixels, from 0 (white) to 16 (black), row by row. */
const Pixels = z.array(z.int().min(0).max(16)).length(64);

/** A digit that was not trained on, what it is, and what Python takes it for. */
export const TestDigit = z.object({ pixels: Pixels, label: z.int(), python: z.int() });

const tensor = (name: string, dtype: string, shape: readonly number[]) =>
  ({ name, type: "tensor", "tensor-spec": { dtype, shape } }) as const;

/** What ONNX takes and gives; -1 stands for any number of digits. */
export const signature = modelSignature({
  inputs: [tensor("X", "float32", [-1, 64])],
  outputs: [tensor("label", "int64", [-1]), tensor("probabilities", "float32", [-1, 10])],
});

/** What the model takes each digit for. */
export async function predict(modelPath: string, digits: readonly (readonly number[])[]): Promise<number[]> {
  const session = await InferenceSession.create(modelPath);
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!];
  const images = new Tensor("float32", Float32Array.from(digits.flat()), [digits.length, 64]);
  const { [output]: labels } = await session.run({ [input]: images }, [output]);
  // Labels are 64-bit integers.
  return Array.from(labels!.data as BigInt64Array, Number);
}
