import { ForeignAnswerError } from './errors.js';

const eventCharactersMax = 65_536;

/** The `data` of each server-sent event named `name`. Comments and other events pass by. */
export async function* readEvents(body: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data: string[] = [];
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > eventCharactersMax) throw new ForeignAnswerError('The appliance sent an event that is too long.');
    for (const line of lines.map((text) => text.replace(/\r$/, ''))) {
      const [, field, value = ''] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
      if (field === 'event') event = value;
      if (field === 'data') data.push(value);
      if (line !== '') continue;
      if (event === name && data.length > 0) yield data.join('\n');
      event = '';
      data = [];
    }
  }
}
