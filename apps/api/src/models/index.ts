/**
 * Image models: which are loaded where, under which licence, and whether that licence has been recorded. It must not know
 * edits, nor where bundles lie: what it knows of a model is what workers announce.
 */
export { ModelsModule } from './models.module.js';
export { ModelService } from './model.service.js';
