import type { OperationName } from '@flux-context/instructions';
import { lightAndColour } from './colour/index.js';
import { geometry } from './geometry/index.js';
import type { Operation } from './operation.js';

/** Every operation that a plan can name, by its name. */
export const registry: { readonly [N in OperationName]: Operation<N> } = { ...geometry, ...lightAndColour };
