import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Dtype, dtypeBytes, formatTensorTable } from '../safetensors.js';

export const scratch = () => mkdtemp(path.join(tmpdir(), 'flux-bundles-'));

/** Every file below a folder, hidden ones too. */
export const filesOf = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();

/** A safetensors file whose tensors hold these bit patterns. */
export function weightsOf(tensors: Readonly<Record<string, readonly [Dtype, readonly number[]]>>): Buffer {
  const entries = Object.entries(tensors);
  const head = formatTensorTable(entries.map(([name, [dtype, bits]]) => ({ name, dtype, shape: [bits.length] })));
  const bodies = entries.map(([, [dtype, bits]]) => {
    const body = Buffer.alloc(bits.length * dtypeBytes[dtype]);
    bits.forEach((pattern, at) => body.writeUIntLE(pattern, at * dtypeBytes[dtype], dtypeBytes[dtype] as 1 | 2 | 4));
    return body;
  });
  return Buffer.concat([head, ...bodies]);
}

const one = { bf16: 0x3f80, f32: 0x3f80_0000 };
const json = (value: object) => Buffer.from(JSON.stringify(value));
const apache = Buffer.from('Apache License\nVersion 2.0, January 2004\n');

export type ModelFiles = Record<string, Buffer>;

/** The files of a small FLUX.2 klein as diffusers saves it: weights that mean nothing, everything else as published. */
export function kleinFiles(): ModelFiles {
  return {
    'model_index.json': json({
      _class_name: 'Flux2KleinPipeline', _diffusers_version: '0.37.0', is_distilled: true, scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'], text_encoder: ['transformers', 'Qwen3ForCausalLM'],
      tokenizer: ['transformers', 'Qwen2TokenizerFast'], transformer: ['diffusers', 'Flux2Transformer2DModel'], vae: ['diffusers', 'AutoencoderKLFlux2'],
    }),
    'LICENSE.md': apache,
    'README.md': Buffer.from('about'),
    'scheduler/scheduler_config.json': json({ _class_name: 'FlowMatchEulerDiscreteScheduler' }),
    'text_encoder/config.json': json({ architectures: ['Qwen3ForCausalLM'], num_hidden_layers: 8 }),
    'text_encoder/model.safetensors.index.json': json({ metadata: {}, weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' } }),
    'text_encoder/model-00001-of-00002.safetensors': weightsOf({ a: ['BF16', [one.bf16, 0xbf80]] }),
    'text_encoder/model-00002-of-00002.safetensors': weightsOf({ b: ['BF16', [one.bf16]] }),
    'tokenizer/tokenizer.json': json({ version: '1.0' }),
    'tokenizer/tokenizer_config.json': json({}),
    'tokenizer/vocab.json': json({}),
    'transformer/config.json': json({ _class_name: 'Flux2Transformer2DModel', num_layers: 2, num_single_layers: 2, num_attention_heads: 2 }),
    'transformer/diffusion_pytorch_model.safetensors': weightsOf({ w: ['BF16', [one.bf16, 0x4000, 0x0001]], wide: ['BF16', [0x4780]], whole: ['I64', []] }),
    'vae/config.json': json({ _class_name: 'AutoencoderKLFlux2' }),
    'vae/diffusion_pytorch_model.safetensors': weightsOf({ w: ['F32', [one.f32]] }),
  };
}

/** The files of a small FLUX.1 Kontext. */
export function kontextFiles(): ModelFiles {
  return {
    'model_index.json': json({
      _class_name: 'FluxKontextPipeline', scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'], text_encoder: ['transformers', 'CLIPTextModel'], text_encoder_2: ['transformers', 'T5EncoderModel'],
      transformer: ['diffusers', 'FluxTransformer2DModel'], vae: ['diffusers', 'AutoencoderKL'],
    }),
    'scheduler/scheduler_config.json': json({ _class_name: 'FlowMatchEulerDiscreteScheduler' }),
    ...Object.fromEntries(['tokenizer', 'tokenizer_2'].flatMap((part) => [[`${part}/tokenizer.json`, json({})], [`${part}/tokenizer_config.json`, json({})]])),
    'text_encoder/config.json': json({ architectures: ['CLIPTextModel'] }),
    'text_encoder/model.safetensors': weightsOf({ w: ['F16', [0x3c00]] }),
    'text_encoder_2/config.json': json({ architectures: ['T5EncoderModel'] }),
    'text_encoder_2/model.safetensors': weightsOf({ w: ['BF16', [one.bf16]] }),
    'transformer/config.json': json({ _class_name: 'FluxTransformer2DModel', num_layers: 19, num_single_layers: 38, num_attention_heads: 24 }),
    'transformer/diffusion_pytorch_model.safetensors': weightsOf({ w: ['BF16', [one.bf16]] }),
    'vae/config.json': json({ _class_name: 'AutoencoderKL' }),
    'vae/diffusion_pytorch_model.safetensors': weightsOf({ w: ['F32', [one.f32]] }),
  };
}

export async function writeModel(folder: string, files: ModelFiles): Promise<string> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), bytes);
  }
  return folder;
}

/** A model's files with some changed, or taken away. */
export function altered(files: ModelFiles, changes: Readonly<Record<string, Buffer | object | undefined>>): ModelFiles {
  const changed = { ...files };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete changed[name];
    else changed[name] = Buffer.isBuffer(value) ? value : json({ ...(JSON.parse(files[name]?.toString() ?? '{}') as object), ...value });
  }
  return changed;
}
