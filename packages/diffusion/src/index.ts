/** Published diffusion pipelines on onnxruntime-node: graphs built from config.json, schedulers, tokenizers, bundles. */
export * from './bundles/index.js';
