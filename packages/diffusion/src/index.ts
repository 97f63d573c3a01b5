/**
 * Image editing with published diffusion models on onnxruntime-node: graphs built from config.json with the weights left where
 * they were published, schedulers, tokenizers, pipelines and bundles. It sees pixels and words, never tickets or keys, and keeps
 * nothing of an edit. `Pipeline.edit` keeps its thread busy: run it in a process that may be killed.
 */
export * from './bundles/index.js';
export { DiffusionError, type DiffusionErrorCode } from './diffusion-error.js';
export { openPipeline } from './pipelines/families.js';
export type { DiffusionRequest, DiffusionResult, DiffusionStage, Observer, Pipeline, PipelineOptions } from './pipelines/pipeline.js';
export { selfTest } from './self-test.js';
export { SafetensorsError } from './safetensors.js';
export { probeProviders } from './sessions/probe-providers.js';
export type { Provider, SessionOptions } from './sessions/session-options.js';
