import { z } from 'zod';
import { GraphBuilder, type Value } from '../graph-builder.js';
import { Layers } from '../layers.js';
import type { ElementType } from '../onnx.js';
import type { Weights } from '../weights.js';

const count = z.int().min(1).max(2 ** 20);

/** `text_encoder/config.json` of a Qwen3ForCausalLM with plain rotary embeddings and full attention in every layer. */
export const qwen3Config = z.object({
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count.max(1024),
  num_attention_heads: count,
  num_key_value_heads: count,
  head_dim: count.multipleOf(2),
  vocab_size: count,
  rms_norm_eps: z.number().positive(),
  hidden_act: z.literal('silu').default('silu'),
  attention_bias: z.boolean().default(false),
  use_sliding_window: z.literal(false).default(false),
  rope_theta: z.number().positive().optional(),
  rope_scaling: z.null().optional(),
  rope_parameters: z.object({ rope_theta: z.number().positive(), rope_type: z.literal('default').default('default') }).optional(),
}).refine((config) => config.num_attention_heads % config.num_key_value_heads === 0)
  .transform((config) => ({ ...config, theta: config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000 }));
export type Qwen3Config = z.infer<typeof qwen3Config>;

/**
 * The first layers of a Qwen3ForCausalLM, as an encoder. Inputs `input_ids` and `attention_mask` [1, tokens] int64; output
 * `prompt_embeds` [1, tokens, captures · hidden]: per token the hidden states after those layers, one behind the other. Layers
 * above the last captured one are not built. Padding rows are computed as the language model computes them: they see the prompt.
 */
export const buildQwen3TextEncoder = (config: Qwen3Config, weights: Weights, compute: ElementType, captureHidden: readonly number[]): Buffer =>
  new Qwen3TextEncoder(config, new GraphBuilder('qwen3-text-encoder', weights, compute)).build(captureHidden);

class Qwen3TextEncoder {
  private readonly model: Layers;
  private readonly ids: Value;
  /** The numbers of the tokens, [tokens]. */
  private readonly positions: Value;

  constructor(
    private readonly config: Qwen3Config,
    private readonly graph: GraphBuilder,
  ) {
    this.model = new Layers(graph).scope('model');
    this.ids = this.model.reshape(graph.input('input_ids', 'int64', [1, 'tokens']), [-1]);
    const length = graph.node('Squeeze', [this.model.rowsOf(this.ids), graph.integers([0])]);
    this.positions = graph.node('Range', [graph.integer(0), length, graph.integer(1)]);
  }

  build(captureHidden: readonly number[]): Buffer {
    const { graph, model, config } = this;
    const bias = this.attentionBias(graph.input('attention_mask', 'int64', [1, 'tokens']));
    const [cos, sin] = this.rotaryTables();
    // The residual stream stays in float32: it grows beyond what float16 holds.
    let hidden = graph.cast(model.embedding('embed_tokens', this.ids), 'float32');
    const captured: Value[] = [];
    for (let at = 0; at < Math.max(...captureHidden); at += 1) {
      hidden = this.decoderLayer(model.scope(`layers.${at}`), hidden, { bias, cos, sin });
      if (captureHidden.includes(at + 1)) captured.push(hidden);
    }
    const width = captured.length * config.hidden_size;
    graph.output('prompt_embeds', model.reshape(model.concat(captured, 1), [1, -1, width]), 'float32', [1, 'tokens', width]);
    return graph.finish();
  }

  private decoderLayer(layer: Layers, hidden: Value, { bias, cos, sin }: { readonly bias: Value; readonly cos: Value; readonly sin: Value }): Value {
    const { num_attention_heads: heads, num_key_value_heads: keyHeads, rms_norm_eps: eps } = this.config;
    const attention = layer.scope('self_attn');
    const normal = layer.rmsNorm('input_layernorm', hidden, eps);
    const query = layer.rotary(this.headNorm(attention, 'q_norm', attention.linear('q_proj', normal), heads), cos, sin, false);
    const key = layer.rotary(this.headNorm(attention, 'k_norm', attention.linear('k_proj', normal), keyHeads), cos, sin, false);
    const attended = layer.attention(query, this.repeatHeads(key), this.repeatHeads(attention.linear('v_proj', normal)), heads, { bias });
    const afterAttention = layer.add(hidden, attention.linear('o_proj', layer.reshape(attended, [-1, heads * this.config.head_dim])));

    const mlp = layer.scope('mlp');
    const normalised = layer.rmsNorm('post_attention_layernorm', afterAttention, eps);
    // A few channels of a few tokens grow by the thousands here: both the product and what comes down stay in the residual's type.
    const gate = this.graph.cast(mlp.silu(mlp.linear('gate_proj', normalised)), hidden.type);
    const gated = mlp.multiply(gate, mlp.linear('up_proj', normalised));
    return layer.add(afterAttention, mlp.linear('down_proj', gated, { compute: hidden.type }));
  }

  /** Each head of [tokens, heads · size] by itself; the result has a batch axis. */
  private headNorm(attention: Layers, name: string, x: Value, heads: number): Value {
    const { head_dim: size, rms_norm_eps: eps } = this.config;
    return attention.reshape(attention.rmsNorm(name, attention.reshape(x, [-1, heads, size]), eps), [1, -1, heads * size]);
  }

  /** Grouped queries: every key and value head serves several query heads. */
  private repeatHeads(x: Value): Value {
    const { num_attention_heads: heads, num_key_value_heads: keyHeads, head_dim: size } = this.config;
    const { graph, model } = this;
    const each = model.reshape(x, [-1, keyHeads, 1, size]);
    const repeated = graph.node('Expand', [each, graph.integers([1, 1, heads / keyHeads, 1])]);
    return model.reshape(repeated, [1, -1, heads * size]);
  }

  /** 0 where a token may look, that is at tokens of the prompt up to itself, and minus infinity in effect elsewhere; [1, 1, tokens, tokens]. */
  private attentionBias(mask: Value): Value {
    const { graph, model, positions } = this;
    const earlier = graph.node('LessOrEqual', [positions, model.reshape(positions, [-1, 1])], { type: 'bool' });
    const real = graph.node('Greater', [mask, graph.integer(0)], { type: 'bool' });
    const allowed = graph.node('And', [earlier, real], { type: 'bool' });
    const bias = graph.node('Where', [allowed, graph.scalar(0, this.graph.compute), graph.scalar(-30_000, this.graph.compute)], { type: this.graph.compute });
    return graph.node('Unsqueeze', [bias, graph.integers([0, 1])]);
  }

  /** Angles of the two halves of each head, [tokens, size / 2]. */
  private rotaryTables(): [Value, Value] {
    const { graph, model, positions } = this;
    const { head_dim: size, theta } = this.config;
    const frequencies = Float32Array.from({ length: size / 2 }, (_, at) => 1 / Math.fround(theta ** Math.fround((2 * at) / size)));
    const angles = model.multiply(model.reshape(graph.cast(positions, 'float32'), [-1, 1]), graph.table('inv_freq', frequencies));
    return [graph.node('Cos', [angles]), graph.node('Sin', [angles])];
  }
}
