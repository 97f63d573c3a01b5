import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatTensorTable } from '../safetensors.js';
import { ModelSession } from '../sessions/model-session.js';
import { GraphBuilder } from './graph-builder.js';
import { Layers } from './layers.js';
import type { ElementType } from './onnx.js';
import { readFloats } from './read-floats.js';
import { Weights } from './weights.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flux-graph-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** The upper half of each float32. */
const bfloat16 = (values: number[]): Buffer => Buffer.concat(values.map((value) => Buffer.from(Float32Array.of(value).buffer).subarray(2)));
const float32 = (values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
const float16 = (bits: number[]): Buffer => Buffer.from(Uint16Array.from(bits).buffer);

const save = async (name: string, tensors: readonly { name: string; dtype: 'F32' | 'F16' | 'BF16' | 'I64'; shape: number[]; bytes: Buffer }[]): Promise<void> =>
  writeFile(join(folder, name), Buffer.concat([formatTensorTable(tensors), ...tensors.map(({ bytes }) => bytes)]));

/** [1, 2] through what `build` makes of it, [1, width]. */
const compute = async (path: string, width: number, build: (model: Layers, x: ReturnType<GraphBuilder['input']>) => ReturnType<GraphBuilder['input']>, type: ElementType = 'float32'): Promise<number[]> => {
  const graph = new GraphBuilder('test', await Weights.open(folder, [path]), type);
  const x = graph.input('x', 'float32', [1, 2]);
  graph.output('y', build(new Layers(graph), x), 'float32', [1, width]);
  const session = await ModelSession.open(graph.finish(), folder, { provider: 'cpu', threads: 1 });
  const y = await session.run({ x: { data: Float32Array.of(1, 10), shape: [1, 2] } }, [1, width]);
  await session.close();
  return [...y];
};

describe('weights', () => {
  it.each<['F32' | 'F16' | 'BF16', Buffer]>([
    ['F32', float32([1, 2, 3, 4, 5, 6])],
    ['BF16', bfloat16([1, 2, 3, 4, 5, 6])],
    ['F16', float16([0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600])],
  ])('are used where they lie, at any offset and as %s', async (dtype, bytes) => {
    await save('w.safetensors', [{ name: 'odd', dtype: 'BF16', shape: [1], bytes: bfloat16([7]) }, { name: 'layer.weight', dtype, shape: [3, 2], bytes }]);
    expect(await compute('w.safetensors', 3, (model, x) => model.linear('layer', x))).toEqual([21, 43, 65]);
    expect(await compute('w.safetensors', 2, (model, x) => model.linear('layer', x, { rows: { from: 1, count: 2 } }))).toEqual([43, 65]);
    const halves = await compute('w.safetensors', 3, (model, x) => model.concat(model.linears('layer', x, [1, 2]).toReversed(), 1));
    expect(halves).toEqual([43, 65, 21]);
  });

  it('come with their bias where there is one', async () => {
    await save('b.safetensors', [{ name: 'layer.bias', dtype: 'F32', shape: [2], bytes: float32([100, 200]) }, { name: 'layer.weight', dtype: 'F32', shape: [2, 2], bytes: float32([1, 2, 3, 4]) }]);
    expect(await compute('b.safetensors', 2, (model, x) => model.linear('layer', x))).toEqual([121, 243]);
    expect(await compute('b.safetensors', 1, (model, x) => model.linear('layer', x, { rows: { from: 1, count: 1 } }))).toEqual([243]);
  });

  it('that are missing, too short or no fractions are refused', async () => {
    const refused = { code: 'model.weights' };
    await save('i.safetensors', [{ name: 'layer.weight', dtype: 'I64', shape: [2, 2], bytes: Buffer.alloc(32) }]);
    await expect(compute('i.safetensors', 2, (model, x) => model.linear('layer', x))).rejects.toMatchObject(refused);
    await expect(compute('b.safetensors', 2, (model, x) => model.linear('other', x))).rejects.toMatchObject(refused);
    await expect(compute('b.safetensors', 2, (model, x) => model.linear('layer', x, { rows: { from: 1, count: 2 } }))).rejects.toMatchObject(refused);
    await expect(compute('b.safetensors', 2, (model, x) => model.linears('layer', x, [1, 2])[0]!)).rejects.toMatchObject(refused);
  });

  it('of a shape that does not fit are refused by the runtime, with a code', async () => {
    await save('s.safetensors', [{ name: 'layer.weight', dtype: 'F32', shape: [2, 3], bytes: float32([1, 2, 3, 4, 5, 6]) }]);
    await expect(compute('s.safetensors', 2, (model, x) => model.linear('layer', x))).rejects.toMatchObject({ code: 'model.load_failed' });
  });

  it('that two files claim are refused', async () => {
    await expect(Weights.open(folder, ['b.safetensors', 's.safetensors'])).rejects.toMatchObject({ code: 'model.weights' });
  });

  it('that are read here are small, whole and finite', async () => {
    const read = async (name: string): Promise<number[]> => [...(await readFloats(folder, (await Weights.open(folder, ['v.safetensors'])).get(name)))];
    await save('v.safetensors', [
      { name: 'bf16', dtype: 'BF16', shape: [2], bytes: bfloat16([1.5, -2]) },
      { name: 'f16', dtype: 'F16', shape: [4], bytes: float16([0x3e00, 0xc000, 0x0001, 0x0400]) },
      { name: 'f32', dtype: 'F32', shape: [1], bytes: float32([0.25]) },
      { name: 'infinite', dtype: 'F16', shape: [1], bytes: float16([0x7c00]) },
      { name: 'large', dtype: 'F16', shape: [65_537], bytes: Buffer.alloc(65_537 * 2) },
      { name: 'matrix', dtype: 'F16', shape: [1, 1], bytes: float16([0]) },
      { name: 'none', dtype: 'F16', shape: [1], bytes: float16([0x7e00]) },
    ]);
    expect(await read('bf16')).toEqual([1.5, -2]);
    expect(await read('f16')).toEqual([1.5, -2, 2 ** -24, 2 ** -14]);
    expect(await read('f32')).toEqual([0.25]);
    for (const name of ['infinite', 'large', 'matrix', 'none']) await expect(read(name)).rejects.toMatchObject({ code: 'model.weights' });
  });
});

describe('the residual stream', () => {
  it('keeps its type whatever is added to it', async () => {
    const graph = new GraphBuilder('test', await Weights.open(folder, ['b.safetensors']), 'float16');
    const model = new Layers(graph);
    const x = graph.input('x', 'float32', [1, 2]);
    const product = model.linear('layer', x);
    expect([product.type, model.add(x, product).type, model.add(product, x).type]).toEqual(['float16', 'float32', 'float16']);
  });
});
