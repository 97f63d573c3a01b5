import { z } from 'zod';
import { GraphBuilder, type Value } from '../graph-builder.js';
import { Layers } from '../layers.js';
import type { ElementType } from '../onnx.js';
import type { Weights } from '../weights.js';

const count = z.int().min(1).max(2 ** 20);

/** `text_encoder_2/config.json` of a T5EncoderModel of version 1.1, whose feed-forward is gated. */
export const t5Config = z.object({
  d_model: count,
  d_kv: count,
  d_ff: count,
  num_layers: count.max(1024),
  num_heads: count,
  vocab_size: count,
  layer_norm_epsilon: z.number().positive().default(1e-6),
  feed_forward_proj: z.literal('gated-gelu'),
  relative_attention_num_buckets: z.int().min(4).max(1024).multipleOf(4).default(32),
  relative_attention_max_distance: z.int().min(2).max(65_536).default(128),
}).refine((config) => config.relative_attention_max_distance > config.relative_attention_num_buckets / 4);
export type T5Config = z.infer<typeof t5Config>;

/**
 * T5EncoderModel. Input `input_ids` [1, tokens] int64; output `prompt_embeds` [1, tokens, d_model]. Padding is looked at like
 * words: the pipelines that use it pass no mask.
 */
export const buildT5Encoder = (config: T5Config, weights: Weights, compute: ElementType): Buffer =>
  new T5Encoder(config, new GraphBuilder('t5-encoder', weights, compute)).build();

class T5Encoder {
  private readonly model: Layers;

  constructor(
    private readonly config: T5Config,
    private readonly graph: GraphBuilder,
  ) {
    this.model = new Layers(graph);
  }

  build(): Buffer {
    const { graph, model, config } = this;
    const ids = model.reshape(graph.input('input_ids', 'int64', [1, 'tokens']), [-1]);
    const bias = this.positionBias(ids);
    // The residual stream stays in float32: it grows beyond what float16 holds.
    let hidden = graph.cast(model.embedding('shared', ids), 'float32');
    for (let at = 0; at < config.num_layers; at += 1) {
      const block = model.scope(`encoder.block.${at}`);
      hidden = this.feedForward(block.scope('layer.1'), this.selfAttention(block.scope('layer.0'), hidden, bias));
    }
    const normal = model.rmsNorm('encoder.final_layer_norm', hidden, config.layer_norm_epsilon);
    graph.output('prompt_embeds', model.reshape(normal, [1, -1, config.d_model]), 'float32', [1, 'tokens', config.d_model]);
    return graph.finish();
  }

  /** Scores are not divided by the root of the size of a head: the weights were trained without. */
  private selfAttention(layer: Layers, hidden: Value, bias: Value): Value {
    const { num_heads: heads, d_kv: size, layer_norm_epsilon: eps } = this.config;
    const attention = layer.scope('SelfAttention');
    const normal = layer.rmsNorm('layer_norm', hidden, eps);
    const [query, key, value] = ['q', 'k', 'v'].map((name) => layer.reshape(attention.linear(name, normal), [1, -1, heads * size]));
    const attended = layer.attention(query!, key!, value!, heads, { bias, scale: 1 });
    return layer.add(hidden, attention.linear('o', layer.reshape(attended, [-1, heads * size])));
  }

  /** The gated product and the way back stay in float32: of all of T5 they alone overflow float16. */
  private feedForward(layer: Layers, hidden: Value): Value {
    const dense = layer.scope('DenseReluDense');
    const normal = layer.rmsNorm('layer_norm', hidden, this.config.layer_norm_epsilon);
    const gate = this.graph.cast(dense.geluTanh(dense.linear('wi_0', normal)), 'float32');
    const gated = dense.multiply(gate, dense.linear('wi_1', normal));
    return layer.add(hidden, dense.linear('wo', gated, { compute: 'float32' }));
  }

  /** What each head adds to the score of a token for how far away it is, [1, heads, tokens, tokens]; all layers share the first one's. */
  private positionBias(ids: Value): Value {
    const { graph, model, config } = this;
    const farthest = config.relative_attention_max_distance;
    const length = graph.node('Squeeze', [model.rowsOf(ids), graph.integers([0])]);
    const positions = graph.node('Range', [graph.integer(0), length, graph.integer(1)]);
    const distances = graph.node('Sub', [positions, model.reshape(positions, [-1, 1])]);
    const bounded = graph.node('Clip', [distances, graph.integer(-farthest), graph.integer(farthest)]);
    const buckets = graph.integers(Array.from({ length: 2 * farthest + 1 }, (_, at) => distanceBucket(at - farthest, config)));
    const bucketed = graph.node('Gather', [buckets, graph.node('Add', [bounded, graph.integer(farthest)])]);
    const bias = model.embedding('encoder.block.0.layer.0.SelfAttention.relative_attention_bias', bucketed);
    return graph.node('Unsqueeze', [model.transpose(bias, [2, 0, 1]), graph.integers([0])]);
  }
}

const { fround } = Math;

/**
 * Into which bucket a token falls that is `distance` after (or, negative, before) another: one each for near ones, wider and wider
 * ones up to the farthest (Raffel et al., 2020, section 2.1). Rounded to float32 where the reference is.
 */
export const distanceBucket = (distance: number, { relative_attention_num_buckets: buckets, relative_attention_max_distance: farthest }: Pick<T5Config, 'relative_attention_num_buckets' | 'relative_attention_max_distance'>): number => {
  const half = buckets / 2;
  const exact = half / 2;
  const [side, away] = [distance > 0 ? half : 0, Math.abs(distance)];
  if (away < exact) return side + away;
  const widening = fround(fround(fround(Math.log(fround(away / exact))) / fround(Math.log(farthest / exact))) * (half - exact));
  return side + Math.min(half - 1, exact + Math.trunc(widening));
};
