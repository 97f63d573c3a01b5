import { encodeModel } from '../graph/onnx.js';
import { ModelSession } from './model-session.js';
import { type Provider, providers } from './session-options.js';

/**
 * The providers that work on this machine, the fastest first; the CPU always does. A provider's libraries may be there and still
 * fail, so each is asked to add two numbers.
 */
export const probeProviders = async (): Promise<Provider[]> => {
  const working: Provider[] = [];
  for (const provider of providers) if (await adds(provider)) working.push(provider);
  return working;
};

const adds = async (provider: Provider): Promise<boolean> => {
  const port = (name: string) => ({ name, type: 'float32', shape: [1] }) as const;
  const nodes = [{ op: 'Add', domain: '', inputs: ['x', 'y'], outputs: ['sum'], attributes: {} }];
  const model = encodeModel({ name: 'probe', nodes, initializers: [], inputs: [port('x'), port('y')], outputs: [port('sum')] });
  try {
    const session = await ModelSession.open(model, '.', { provider });
    try {
      const one = { data: Float32Array.of(1), shape: [1] };
      return (await session.run({ x: one, y: one }, [1]))[0] === 2;
    } finally {
      await session.close();
    }
  } catch {
    // Why it does not work is of no use to anybody: either it is wanted and somebody installs it, or not.
    return false;
  }
};
