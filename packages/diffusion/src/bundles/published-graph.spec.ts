import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeModel, type Graph, type Initializer, type Port } from '../graph/onnx.js';
import { ProtobufMessage } from '../graph/protobuf.js';
import { graphBytesMax } from './manifest.js';
import { scratch } from './model-folder.spec-parts.js';
import { findGraph } from './published-graph.js';
import { spellings } from './spellings.js';

let folder: string;
beforeEach(async () => {
  folder = path.join(await scratch(), 'model');
  await mkdir(path.join(folder, 'transformer'), { recursive: true });
});
afterEach(() => rm(path.dirname(folder), { recursive: true }));

const name = 'transformer/model.onnx';
const port = (called: string, shape: Port['shape'], type: Port['type'] = 'float32'): Port => ({ name: called, type, shape });
const inputs = [port('x', [1, 'tokens', 128]), port('ctx', [1, 512, 7680], 'float16'), port('timestep', [1]), port('x_ids', [1, 'tokens', 4], 'int64'), port('ctx_ids', [512, 4])];
const outputs = [port('pred', [1, 'tokens', 128])];
const graphOf = (change: Partial<Graph> = {}): Graph => ({ name: 'transformer', nodes: [{ op: 'Identity', domain: '', inputs: ['x'], outputs: ['pred'], attributes: {} }], initializers: [], inputs, outputs, ...change });
const weightsIn = (location: string): Initializer => ({ name: 'w', type: 'float32', shape: [1], data: { path: location, offset: 0, bytes: 4 } });

const find = async (bytes: Buffer) => {
  await writeFile(path.join(folder, name), bytes);
  return findGraph(folder, name, spellings.kleinTransformer);
};
const refusal = (bytes: Buffer) => find(bytes).then(() => 'accepted', (error: Error) => error.message);

describe('an exported graph', () => {
  it('is understood by how it spells its ports, whatever their number types and ranks', async () => {
    await writeFile(path.join(folder, 'transformer/model.onnx_data'), 'w');
    const found = await find(encodeModel(graphOf({ initializers: [weightsIn('model.onnx_data')] })));
    expect(found!.graph).toEqual({
      onnx: name,
      data: ['transformer/model.onnx_data'],
      io: {
        inputs: {
          hidden_states: { name: 'x', type: 'float32', rank: 3 },
          encoder_hidden_states: { name: 'ctx', type: 'float16', rank: 3 },
          timestep: { name: 'timestep', type: 'float32', rank: 1 },
          img_ids: { name: 'x_ids', type: 'int64', rank: 3 },
          txt_ids: { name: 'ctx_ids', type: 'float32', rank: 2 },
        },
        output: { name: 'pred', type: 'float32', rank: 3 },
      },
    });
  });

  it('is not there', async () => {
    expect(await findGraph(folder, name, spellings.kleinTransformer)).toBeUndefined();
  });

  it.each<[string, Partial<Graph>, string]>([
    ['an input that nobody would feed', { inputs: [...inputs, port('cache.0', [1])] }, 'input "cache.0"'],
    ['two inputs for one thing', { inputs: [...inputs, port('hidden_states', [1, 'tokens', 128])] }, 'input "hidden_states"'],
    ['no input for the time', { inputs: inputs.filter((each) => each.name !== 'timestep') }, 'no input "timestep"'],
    ['half of the ids', { inputs: inputs.slice(0, -1) }, 'no input "img_ids"'],
    ['an input of a type that cannot be fed', { inputs: [...inputs.slice(1), port('x', [1], 'bfloat16')] }, 'the type of "x"'],
    ['several outputs, none of which is known', { outputs: [port('a', [1]), port('b', [1])] }, 'no output "noise_pred'],
    ['numbers that come out as something else', { outputs: [port('pred', [1], 'int64')] }, 'the type of "pred"'],
    ['operators that the runtime does not have', { nodes: [{ op: 'Run', domain: 'com.example', inputs: ['x'], outputs: ['pred'], attributes: {} }] }, 'operators of "com.example"'],
    ['a name that would write to the terminal', { inputs: [...inputs, port('\u001B[2J', [1])] }, 'input "\\u001b[2J"'],
  ])('is refused with %s', async (_what, change, told) => {
    expect(await refusal(encodeModel(graphOf(change)))).toContain(`${name}, ${told}`);
  });

  it.each(['../config.json', '/etc/hostname', 'a/../../b', '.hidden'])('is refused when its weights would lie in %s', async (location) => {
    expect(await refusal(encodeModel(graphOf({ initializers: [weightsIn(location)] })))).toMatch(/links, devices, absolute names/);
  });

  it('is refused when its weights are a link, or missing', async () => {
    await writeFile(path.join(folder, 'elsewhere'), 'w');
    await symlink('../elsewhere', path.join(folder, 'transformer/data'));
    expect(await refusal(encodeModel(graphOf({ initializers: [weightsIn('data')] })))).toMatch(/links, devices/);
    expect(await refusal(encodeModel(graphOf({ initializers: [weightsIn('missing')] })))).toMatch(/transformer\/missing: A file is missing/);
  });

  /** A graph with one more node, in a second part of the graph that readers of protobuf put together with the first. */
  const withNode = (node: ProtobufMessage) => Buffer.concat([encodeModel(graphOf()), new ProtobufMessage().message(7, new ProtobufMessage().message(1, node)).finish()]);
  const foreign = new ProtobufMessage().text(4, 'Run').text(7, 'com.example');
  const branchWith = (node: ProtobufMessage) => new ProtobufMessage().text(4, 'If').message(5, new ProtobufMessage().message(6, new ProtobufMessage().message(1, node)));
  const elsewhere = new ProtobufMessage().message(13, new ProtobufMessage().text(1, 'location').text(2, '../config.json'));
  const constant = new ProtobufMessage().text(4, 'Constant').message(5, new ProtobufMessage().message(5, elsewhere));

  it.each([
    ['in a second part', withNode(foreign)],
    ['in the first of two parts', Buffer.concat([withNode(foreign), new ProtobufMessage().message(7, new ProtobufMessage()).finish()])],
    ['in a branch', withNode(branchWith(foreign))],
    ['in a function', Buffer.concat([encodeModel(graphOf()), new ProtobufMessage().message(25, new ProtobufMessage().message(7, foreign)).finish()])],
  ])('is refused with foreign operators %s', async (_where, bytes) => {
    expect(await refusal(bytes)).toContain(`${name}, operators of "com.example"`);
  });

  it.each([['a constant', constant], ['a constant of a branch', branchWith(constant)]])('is refused when the number of %s would lie elsewhere', async (_what, node) => {
    expect(await refusal(withNode(node))).toMatch(/links, devices, absolute names/);
  });

  it('is refused when its branches lie too deep', async () => {
    const deep = Array.from({ length: 9 }).reduce<ProtobufMessage>(branchWith, new ProtobufMessage().text(4, 'Run'));
    expect(await refusal(withNode(deep))).toMatch(/does not hold what its name says/);
  });

  it('is refused when it was cut off anywhere, or is no graph', async () => {
    const whole = encodeModel(graphOf());
    for (let length = 0; length < whole.length - 26; length += 7) expect(await refusal(whole.subarray(0, length))).toContain(name);
    expect(await refusal(Buffer.from('PK\u0003\u0004 something else'))).toContain(name);
    expect(await refusal(Buffer.alloc(64, 0xff))).toContain(name);
  });

  it('is refused, unread, when it is larger than a graph may be', async () => {
    await writeFile(path.join(folder, name), '');
    await truncate(path.join(folder, name), graphBytesMax + 1);
    await expect(findGraph(folder, name, spellings.kleinTransformer)).rejects.toMatchObject({ code: 'bundle.too_large' });
  });
});
