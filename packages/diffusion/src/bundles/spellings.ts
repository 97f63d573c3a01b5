/** How exporters spell a port. The keys are diffusers' names, which are ours. */
export interface Spellings {
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  /** Ports that must be there, and ports of which there is one set or the other. */
  readonly required: readonly string[];
  readonly either?: readonly (readonly string[])[];
  readonly output: readonly string[];
}

const words = { input_ids: ['input_ids'], attention_mask: ['attention_mask'] };

/** Where a token is comes as ids, or as the angles that follow from them. */
const places = { img_ids: ['img_ids', 'x_ids'], txt_ids: ['txt_ids', 'ctx_ids'], rope_cos: ['rope_cos'], rope_sin: ['rope_sin'] };
const transformer = { hidden_states: ['hidden_states', 'sample', 'x'], encoder_hidden_states: ['encoder_hidden_states', 'ctx'], timestep: ['timestep', 't'], ...places };
const either = [['img_ids', 'txt_ids'], ['rope_cos', 'rope_sin']];
const velocity = ['noise_pred', 'pred', 'velocity', 'out_sample', 'sample', 'out_hidden_states'];

/** What communities call the inputs and outputs of these networks. Another spelling is a word here. */
export const spellings = {
  kleinTransformer: { inputs: transformer, required: ['hidden_states', 'encoder_hidden_states', 'timestep'], either, output: velocity },
  kontextTransformer: {
    inputs: { ...transformer, pooled_projections: ['pooled_projections', 'y'], guidance: ['guidance'] },
    required: ['hidden_states', 'encoder_hidden_states', 'timestep', 'pooled_projections'],
    either,
    output: velocity,
  },
  kleinTextEncoder: { inputs: words, required: ['input_ids'], output: ['prompt_embeds'] },
  clip: { inputs: words, required: ['input_ids'], output: ['pooler_output', 'text_embeds'] },
  t5: { inputs: words, required: ['input_ids'], output: ['last_hidden_state'] },
  vaeEncoder: { inputs: { sample: ['sample', 'image', 'pixel_values'] }, required: ['sample'], output: ['latents', 'latent', 'latent_sample', 'latent_parameters', 'moments'] },
  vaeDecoder: { inputs: { latent: ['latent', 'latents', 'latent_sample', 'z'] }, required: ['latent'], output: ['image', 'sample'] },
} satisfies Record<string, Spellings>;
