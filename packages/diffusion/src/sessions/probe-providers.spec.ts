import { describe, expect, it } from '@jest/globals';
import { encodeModel } from '../graph/onnx.js';
import { ModelSession } from './model-session.js';
import { probeProviders } from './probe-providers.js';
import { providers } from './session-options.js';

const port = { name: 'x', type: 'float32', shape: ['n'] } as const;
const model = encodeModel({
  name: 'twice',
  nodes: [{ op: 'Add', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
  initializers: [],
  inputs: [port],
  outputs: [{ ...port, name: 'y' }],
});

describe('providers', () => {
  it('are offered only where they compute, the processor last and always', async () => {
    const working = await probeProviders();
    expect(working.at(-1)).toBe('cpu');
    for (const provider of providers) {
      const opened = ModelSession.open(model, '.', { provider });
      if (working.includes(provider)) await (await opened).close();
      else await expect(opened).rejects.toMatchObject({ code: 'model.provider_unavailable' });
    }
  });
});

describe('a session', () => {
  it('computes into an array of its own', async () => {
    const session = await ModelSession.open(model, '.', { provider: 'cpu', threads: 1 });
    const data = Float32Array.of(1, 2);
    expect(await session.run({ x: { data, shape: [2] } }, [2])).toEqual(Float32Array.of(2, 4));
    expect(data).toEqual(Float32Array.of(1, 2));
    await session.close();
  });

  it('fails with a code, whatever the runtime says', async () => {
    await expect(ModelSession.open(Buffer.from('no model'), '.', { provider: 'cpu' })).rejects.toMatchObject({ code: 'model.load_failed', message: 'model.load_failed' });
    const session = await ModelSession.open(model, '.', { provider: 'cpu', threads: 1 });
    await expect(session.run({ x: { data: Float32Array.of(1), shape: [1] } }, [2])).rejects.toMatchObject({ code: 'model.run_failed', message: 'model.run_failed' });
    await expect(session.run({}, [1])).rejects.toMatchObject({ code: 'model.run_failed' });
    await session.close();
  });
});
