import type { IncomingMessage } from 'node:http';
import { newId, type Principal, type Route } from '@flux-context/contracts';

/** What is known about a request on its way in. */
export interface RequestState {
  readonly id: string;
  /** The door it came through. */
  route?: Route;
  principal?: Principal;
  input?: unknown;
}

const states = new WeakMap<IncomingMessage, RequestState>();

export function stateOf(request: IncomingMessage): RequestState {
  const known = states.get(request);
  if (known !== undefined) return known;
  const state: RequestState = { id: newId('request') };
  states.set(request, state);
  return state;
}
