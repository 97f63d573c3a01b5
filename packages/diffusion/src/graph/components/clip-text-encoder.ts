import { z } from 'zod';
import { GraphBuilder, type Value } from '../graph-builder.js';
import { Layers } from '../layers.js';
import type { ElementType } from '../onnx.js';
import type { Weights } from '../weights.js';

const count = z.int().min(1).max(2 ** 20);
/** Of the first published configurations, whose end token is another one than they say. */
const legacyEnd = 2;

/** `text_encoder/config.json` of a CLIPTextModel. */
export const clipTextConfig = z.object({
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count.max(1024),
  num_attention_heads: count,
  max_position_embeddings: count,
  vocab_size: count,
  hidden_act: z.literal('quick_gelu'),
  layer_norm_eps: z.number().positive().default(1e-5),
  eos_token_id: z.int().min(0).default(legacyEnd),
});
export type ClipTextConfig = z.infer<typeof clipTextConfig>;

/**
 * CLIPTextModel. Input `input_ids` [1, tokens] int64, at most as many as it has positions; output `pooled_prompt_embeds`
 * [1, hidden]: the state at the first end token, which has seen the whole prompt. Padding behind it is never looked at.
 */
export const buildClipTextEncoder = (config: ClipTextConfig, weights: Weights, compute: ElementType): Buffer =>
  new ClipTextEncoder(config, new GraphBuilder('clip-text-encoder', weights, compute)).build();

class ClipTextEncoder {
  private readonly model: Layers;
  private readonly ids: Value;
  /** The numbers of the tokens, [tokens]. */
  private readonly positions: Value;

  constructor(
    private readonly config: ClipTextConfig,
    private readonly graph: GraphBuilder,
  ) {
    const bare = new Layers(graph);
    // Transformers wrote the prefix until its version 5.
    this.model = bare.has('text_model.final_layer_norm') ? bare.scope('text_model') : bare;
    this.ids = bare.reshape(graph.input('input_ids', 'int64', [1, 'tokens']), [-1]);
    const length = graph.node('Squeeze', [bare.rowsOf(this.ids), graph.integers([0])]);
    this.positions = graph.node('Range', [graph.integer(0), length, graph.integer(1)]);
  }

  build(): Buffer {
    const { graph, model, config } = this;
    const embeddings = model.scope('embeddings');
    const bias = this.causalBias();
    const words = graph.cast(embeddings.embedding('token_embedding', this.ids), 'float32');
    let hidden = model.add(words, embeddings.embedding('position_embedding', this.positions));
    for (let at = 0; at < config.num_hidden_layers; at += 1) hidden = this.encoderLayer(model.scope(`encoder.layers.${at}`), hidden, bias);
    const pooled = graph.node('Gather', [hidden, this.firstEnd()], { attributes: { axis: { int: 0 } } });
    graph.output('pooled_prompt_embeds', model.layerNorm('final_layer_norm', pooled, config.layer_norm_eps), 'float32', [1, config.hidden_size]);
    return graph.finish();
  }

  private encoderLayer(layer: Layers, hidden: Value, bias: Value): Value {
    const { num_attention_heads: heads, hidden_size: width, layer_norm_eps: eps } = this.config;
    const attention = layer.scope('self_attn');
    const normal = layer.layerNorm('layer_norm1', hidden, eps);
    const [query, key, value] = ['q_proj', 'k_proj', 'v_proj'].map((name) => layer.reshape(attention.linear(name, normal), [1, -1, width]));
    const attended = layer.reshape(layer.attention(query!, key!, value!, heads, { bias }), [-1, width]);
    const afterAttention = layer.add(hidden, attention.linear('out_proj', attended));
    const mlp = layer.scope('mlp');
    const activated = mlp.quickGelu(mlp.linear('fc1', layer.layerNorm('layer_norm2', afterAttention, eps)));
    return layer.add(afterAttention, mlp.linear('fc2', activated));
  }

  /** 0 where a token may look, up to itself, and minus infinity in effect elsewhere; [1, 1, tokens, tokens]. */
  private causalBias(): Value {
    const { graph, model, positions } = this;
    const earlier = graph.node('LessOrEqual', [positions, model.reshape(positions, [-1, 1])], { type: 'bool' });
    const bias = graph.node('Where', [earlier, graph.scalar(0, graph.compute), graph.scalar(-30_000, graph.compute)], { type: graph.compute });
    return graph.node('Unsqueeze', [bias, graph.integers([0, 1])]);
  }

  /** Where the prompt ends, as a list of one. Legacy configurations rely on the end token having the highest number. */
  private firstEnd(): Value {
    const { graph, ids } = this;
    const end = this.config.eos_token_id;
    const marked = end === legacyEnd ? ids : graph.node('Equal', [ids, graph.integer(end)], { type: 'bool' });
    const attributes = { axis: { int: 0 }, keepdims: { int: 1 }, select_last_index: { int: 0 } };
    return graph.node('ArgMax', [graph.cast(marked, 'float32')], { attributes, type: 'int64' });
  }
}
