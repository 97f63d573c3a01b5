import { describe, expect, it } from '@jest/globals';
import { encodeModel, type Port } from '../graph/onnx.js';
import { ModelSession } from './model-session.js';

const port = (name: string, type: Port['type'], shape: Port['shape'] = ['n']): Port => ({ name, type, shape });
const cast = (from: string, to: string, type: number) => ({ op: 'Cast', domain: '', inputs: [from], outputs: [to], attributes: { to: { int: type } } });
const cpu = { provider: 'cpu', threads: 1 } as const;

describe('a graph of somebody else', () => {
  it('is fed in its own number types, ranks and names, and answers in ours', async () => {
    // half + whole numbers, in half precision.
    const model = encodeModel({
      name: 'sum', initializers: [], inputs: [port('x', 'float16'), port('ids', 'int64', [1, 'n'])], outputs: [port('y', 'float16', [1, 'n'])],
      nodes: [cast('ids', 'halves', 10), { op: 'Add', domain: '', inputs: ['x', 'halves'], outputs: ['y'], attributes: {} }],
    });
    const session = await ModelSession.open(model, '/', cpu, { ports: {
      inputs: { hidden_states: { name: 'x', type: 'float16', rank: 1 }, img_ids: { name: 'ids', type: 'int64', rank: 2 } },
      output: { name: 'y', type: 'float16', rank: 2 },
    } });
    const fed = Float32Array.of(0.5, -2, 1_000);
    const ids = Float32Array.of(1, 2, 3);
    expect(await session.run({ hidden_states: { data: fed, shape: [1, 3] }, img_ids: { data: ids, shape: [3] }, unasked: { data: ids, shape: [3] } }, [1, 3])).toEqual(Float32Array.of(1.5, 0, 1_003));
    expect([fed, ids]).toEqual([Float32Array.of(0.5, -2, 1_000), Float32Array.of(1, 2, 3)]);
    await session.close();
  });

  it('is not computed without a feed that it asks for', async () => {
    const model = encodeModel({ name: 'same', initializers: [], inputs: [port('x', 'float32')], outputs: [port('y', 'float32')], nodes: [{ op: 'Identity', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }] });
    const session = await ModelSession.open(model, '/', cpu);
    await expect(session.run({ y: { data: Float32Array.of(1), shape: [1] } }, [1])).rejects.toMatchObject({ code: 'model.run_failed' });
    await session.close();
  });
});
