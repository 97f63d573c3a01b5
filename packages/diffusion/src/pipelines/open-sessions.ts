import { ModelSession } from '../sessions/model-session.js';
import type { SessionOptions } from '../sessions/session-options.js';

/** Sessions that are released together, also when one of them cannot be opened. */
export class OpenSessions {
  private readonly sessions: ModelSession[] = [];

  constructor(
    private readonly folder: string,
    private readonly options: SessionOptions,
  ) {}

  async open(model: Uint8Array, running?: { readonly returnsMemory: boolean }): Promise<ModelSession> {
    try {
      const session = await ModelSession.open(model, this.folder, this.options, running);
      this.sessions.push(session);
      return session;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const session of this.sessions.splice(0)) await session.close();
  }
}
