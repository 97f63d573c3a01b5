import { createClient } from '@flux-context/ui';
import { describe, expect, it } from 'vitest';
import { signOut } from './use-session.js';

/** Signs out of an appliance that answers with this status, and tells what happened in which order. */
async function leave(agrees: boolean, status = 204) {
  const happened: string[] = [];
  const client = createClient('', async (_, call) => (happened.push(String(call?.method)), new Response(null, { status })));
  const left = await signOut(client, { mayLose: () => (happened.push('ask'), agrees), forget: () => void happened.push('forget') }).catch(() => 'failed');
  return { left, happened };
}

describe('signing out', () => {
  it('asks before the session ends, and lets go of the work after it', async () => {
    expect(await leave(true)).toEqual({ left: true, happened: ['ask', 'DELETE', 'forget'] });
  });

  it('leaves who stays signed in', async () => {
    expect(await leave(false)).toEqual({ left: false, happened: ['ask'] });
  });

  it('keeps the work when the session could not be ended', async () => {
    expect(await leave(true, 503)).toEqual({ left: 'failed', happened: ['ask', 'DELETE'] });
  });
});
