import { Injectable } from '@nestjs/common';
import { editStatus, isErrorCode, type EditStatus } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import type { Picture } from './picture.js';
import { EditSettings } from './edit-settings.js';
import { nonceHeader, peerPaths } from './peer-paths.js';

/** Asks the holder of an edit on behalf of its owner, who was recognised here. */
@Injectable()
export class PeerClient {
  constructor(private readonly settings: EditSettings) {}

  async status(holderUrl: string, editId: string): Promise<EditStatus> {
    return editStatus.parse(await (await this.ask(holderUrl, 'GET', peerPaths.edit(editId))).json());
  }

  async cancel(holderUrl: string, editId: string): Promise<EditStatus> {
    return editStatus.parse(await (await this.ask(holderUrl, 'DELETE', peerPaths.edit(editId))).json());
  }

  async *events(holderUrl: string, editId: string, signal: AbortSignal): AsyncGenerator<EditStatus> {
    const answer = await this.ask(holderUrl, 'GET', peerPaths.events(editId), signal);
    let rest = '';
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop()!;
      for (const line of lines) yield editStatus.parse(JSON.parse(line));
    }
  }

  /** The result now, or after the edit has ended. */
  async result(holderUrl: string, editId: string, when: 'result' | 'ended', signal: AbortSignal): Promise<Picture> {
    const answer = await this.ask(holderUrl, 'GET', peerPaths[when](editId), signal);
    return { editId, contentType: answer.headers.get('content-type')!, receiptNonce: answer.headers.get(nonceHeader)!, bytes: answer.body! };
  }

  private async ask(holderUrl: string, method: string, path: string, signal?: AbortSignal): Promise<Response> {
    const headers = { authorization: `Bearer ${this.settings.peerCredential}` };
    const answer = await fetch(new URL(path, holderUrl), { method, headers, ...(signal && { signal }) }).catch((cause: unknown) => {
      throw new CodedError('edit.holder_lost', { cause, retryAfterSeconds: 10 });
    });
    if (answer.ok) return answer;
    const { code } = (await answer.json()) as { code?: unknown };
    throw new CodedError(isErrorCode(code) ? code : 'internal.unexpected');
  }
}
