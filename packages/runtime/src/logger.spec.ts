import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CodedError, createLogger, type Logger, type LogFields } from './index.js';

/** What a terminal, a viewer of logs or a parser of lines could take for more than text. */
const commands = ['\n', '\r', '\r\n{"level":"error"}', '\u001B[2J\u001B]0;title\u0007', '\u009B31m', '\u2028', '\u2029', '\u202Etxet', '\u0000', '\u007F', '\u0008\u0008', '\uFEFF'];

const logged = (write: (logger: Logger) => void) => {
  const lines: string[] = [];
  write(createLogger({ app: 'test', level: 'debug', destination: { write: (line) => lines.push(line) } }));
  return lines.join('');
};
const written = (fields: LogFields) => logged((logger) => logger.info('something happened', fields));

describe('a log line', () => {
  it('keeps what has the form of its field', () => {
    const fields = {
      requestId: 'req_0123456789abcdef0123456789abcdef', editId: 'edt_1', method: 'POST', route: '/v1/edits/{editId}', status: 200, code: 'picture.too_large', durationMs: 12, pool: 'shared',
      outcome: 'sent', isolation: 'landlock', version: '0.1.0', address: 'http://127.0.0.1:8080', internal: 'balance: acc_1', port: 0,
    };
    expect(JSON.parse(written(fields))).toMatchObject({ app: 'test', level: 'info', msg: 'something happened', ...fields });
  });

  it('drops every field that is not of the list', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (more) => {
      const { time: _, ...line } = JSON.parse(written({ ...more, editId: 'edt_1' } as LogFields)) as Record<string, unknown>;
      const listed = new Set(['app', 'level', 'msg', 'editId', 'error', ...Object.keys(more).filter((name) => line[name] === '[unfit]')]);
      expect(Object.keys(line).filter((name) => !listed.has(name))).toEqual([]);
    }));
  });

  it.each(['editId', 'personId', 'method', 'route', 'code', 'pool', 'engine', 'stage', 'outcome', 'isolation', 'epoch', 'address', 'status', 'count'] as const)('has no words of a person in the field %s', (name) => {
    for (const words of ['paint my house', 'größer', '房子', 'a'.repeat(1_000)]) {
      expect(JSON.parse(written({ [name]: words } as LogFields))).toMatchObject({ [name]: '[unfit]' });
    }
  });

  it.each(commands)('is one line of plain text, whatever is put into fields, messages and errors: %j', (command) => {
    const inEachField = Object.fromEntries(['requestId', 'method', 'route', 'code', 'pool', 'context', 'address', 'internal', 'version'].map((name) => [name, `edt_1${command}`]));
    const foreign = Object.assign(new Error(`no${command}\n    at ${command} (/x:1:1)`), { code: `ERR${command}` });
    foreign.message = 'changed later';
    Object.defineProperty(foreign, 'constructor', { value: { name: `Evil${command}` } });
    const line = logged((logger) => (logger.error as (message: string, fields: object) => void)(`begins ${command}`, { ...inEachField, error: new CodedError('internal.unexpected', { internal: command, cause: foreign }) }));
    expect(line).toMatch(/^[\x20-\x7e]+\n$/);
    expect(line).not.toMatch(/\\u00|\\[nrb]|changed later/);
  });

  it('is not even compiled with a message that was put together', () => {
    const words: string = 'paint my house';
    const line = logged((logger) => {
      // @ts-expect-error A text of any content is no message.
      logger.info(words);
      // @ts-expect-error Nor is a sentence that takes one in.
      logger.info(`asked to ${words}`);
      // @ts-expect-error Nor can a field be invented.
      logger.info('asked', { instruction: words });
    });
    expect(line.split('\n')).toHaveLength(4);
    expect(line).not.toContain('instruction');
  });
});

describe('an error in a log line', () => {
  it('is class, code and frames, and not a word of a foreign message', () => {
    const foreign = Object.assign(new TypeError('cannot read\n    at paint my house (words:1:1)'), { code: 'ERR_X' });
    const line = written({ error: new CodedError('internal.unexpected', { cause: foreign, internal: 'while sealing' }) });
    const { error } = JSON.parse(line) as { error: { internal: string; cause: { class: string; code: string; frames: string[] } } };
    expect(error).toMatchObject({ class: 'CodedError', internal: 'while sealing', cause: { class: 'TypeError', code: 'ERR_X' } });
    expect(error.cause.frames[0]).toContain('logger.spec.ts');
    expect(line).not.toMatch(/paint|cannot read/);
  });

  it('has no frame that a message only pretends, even when the message was changed afterwards', () => {
    const foreign = new Error('no\n    at paint my house, please (words:1:1)\n    at größer (file:///x:1:1)');
    foreign.message = 'changed';
    expect(written({ error: foreign })).not.toMatch(/paint|gr/);
  });
});
