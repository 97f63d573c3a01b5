import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CodedError } from '@flux-context/runtime';
import request from 'supertest';
import { UploadForm, type UploadedForm, type UploadLimits } from './upload.js';

const limits: UploadLimits = {
  fields: { instruction: { bytesMax: 20 }, options: { bytesMax: 50 } },
  files: { image: { bytesMax: 300_000, tooLarge: 'picture.too_large' }, reference: { bytesMax: 300_000, countMax: 2 } },
  filesBytesMax: 500_000,
  reserve: (bytes) => {
    reserved += bytes;
    if (reserved > reservable) throw new CodedError('capacity.parcels');
  },
};

let server: Server;
let reserved = 0;
let reservable = Infinity;
let ended: (outcome: UploadedForm | CodedError) => void = () => {};
async function answer(form: UploadForm, response: ServerResponse): Promise<void> {
  try {
    ended(await form.read(limits));
    response.end('read');
  } catch (error) {
    const { code, definition, detail } = error as CodedError;
    ended(error as CodedError);
    response.writeHead(definition.status).end(JSON.stringify({ code, faults: detail.faults }));
  }
}
beforeAll(async () => {
  server = createServer((incoming, response) => {
    void answer(new UploadForm(incoming), response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());
beforeEach(() => {
  reserved = 0;
  reservable = Infinity;
});

const outcome = () => new Promise<UploadedForm | CodedError>((resolve) => (ended = resolve));
const bytes = (length: number, seed = 1) => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + seed) % 251));
const upload = () => request(server).post('/');
const said = (answer: request.Response) => JSON.parse(answer.text) as { code: string; faults?: { path: string; rule: string }[] };

describe('UploadForm.read', () => {
  it('gives back every byte, whole, and reserves exactly what it keeps', async () => {
    const read = outcome();
    await upload().field('instruction', 'make it grün').attach('image', bytes(250_000), 'holiday.png').attach('reference', bytes(70_000, 2), 'a').attach('reference', bytes(3, 3), 'b').expect(200);
    const form = (await read) as UploadedForm;
    expect(form.fields.get('instruction')).toBe('make it grün');
    expect(form.files.get('image')?.[0]?.bytes.equals(bytes(250_000))).toBe(true);
    expect(form.files.get('image')?.[0]?.declaredType).toBe('image/png');
    expect(form.files.get('reference')?.map((file) => file.bytes.equals(bytes(file.bytes.length, file.bytes.length === 3 ? 3 : 2)))).toEqual([true, true]);
    expect(reserved).toBe(320_003);
    form.zero();
    expect(form.files.get('image')?.[0]?.bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('keeps whole what comes without an announced length', async () => {
    const read = outcome();
    const { port } = server.address() as AddressInfo;
    const body = Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'), bytes(200_000), Buffer.from('\r\n--b--\r\n')]);
    await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST', headers: { 'Content-Type': 'multipart/form-data; boundary=b' }, duplex: 'half',
      body: new ReadableStream({ start: (stream) => { stream.enqueue(new Uint8Array(body)); stream.close(); } }),
    } as RequestInit);
    expect(((await read) as UploadedForm).files.get('image')?.[0]?.bytes.equals(bytes(200_000))).toBe(true);
  });

  it.each<[string, (form: request.Test) => request.Test, number, string, object?]>([
    ['a file above its limit', (form) => form.attach('image', bytes(300_001), 'x'), 413, 'picture.too_large'],
    ['files that are too large together', (form) => form.attach('image', bytes(300_000), 'x').attach('reference', bytes(200_001), 'y'), 413, 'request.too_large'],
    ['one file too many', (form) => form.attach('image', bytes(3), 'x').attach('image', bytes(3), 'y'), 400, 'request.invalid', [{ path: 'image', rule: 'at most 1' }]],
    ['a field above its limit', (form) => form.field('instruction', 'x'.repeat(21)), 400, 'request.invalid', [{ path: 'instruction', rule: 'at most 20 bytes' }]],
    ['a field far above every limit', (form) => form.field('instruction', 'x'.repeat(100_000)), 400, 'request.invalid'],
    ['a field twice', (form) => form.field('instruction', 'a').field('instruction', 'b'), 400, 'request.invalid', [{ path: 'instruction', rule: 'at most 1' }]],
    ['an unknown field', (form) => form.field('SECRET', 'a'), 400, 'request.invalid', [{ path: 'form', rule: 'has a part that is not known here' }]],
    ['a field named like a member of every object', (form) => form.field('constructor', 'a'), 400, 'request.invalid'],
    ['an unknown file', (form) => form.attach('SECRET', bytes(3), 'x'), 400, 'request.invalid'],
    ['a picture sent as text', (form) => form.field('image', 'a'), 400, 'request.invalid', [{ path: 'image', rule: 'must be a file' }]],
    ['text sent as a file', (form) => form.attach('options', bytes(3), 'x'), 400, 'request.invalid', [{ path: 'options', rule: 'must be text, not a file' }]],
    ['very many parts', (form) => Array.from({ length: 40 }).reduce<request.Test>((all) => all.attach('reference', bytes(1), 'x'), form), 400, 'request.invalid'],
    ['another type', (form) => form.set('Content-Type', 'application/json').send('{}'), 415, 'request.media_type'],
    ['a form without a boundary', (form) => form.set('Content-Type', 'multipart/form-data; x=1').send('abc'), 400, 'request.malformed'],
    ['a form that ends too early', (form) => form.set('Content-Type', 'multipart/form-data; boundary=b').send('--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\nabc'), 400, 'request.malformed'],
  ])('refuses %s', async (...[, fill, status, code, faults]) => {
    const answer = await fill(upload());
    expect([answer.status, said(answer).code]).toEqual([status, code]);
    if (faults !== undefined) expect(said(answer).faults).toEqual(faults);
    expect(answer.text).not.toContain('SECRET');
  });

  it('stops keeping bytes as soon as nothing more may be reserved', async () => {
    reservable = 100_000;
    const answer = await upload().attach('image', bytes(300_000), 'x');
    expect([answer.status, said(answer).code]).toEqual([429, 'capacity.parcels']);
    // The refused chunk was asked for, nothing after it.
    expect(reserved).toBeLessThanOrEqual(100_000 + 65_536);
  });

  it('ends when the caller goes away in the middle', async () => {
    const read = outcome();
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000\r\n\r\n--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\nabc');
    setTimeout(() => socket.destroy(), 50);
    expect(await read).toMatchObject({ code: 'request.malformed' });
  });

  it.each([
    ['a file name', '--b\r\nContent-Disposition: form-data; name="image"; filename="NAME"\r\n\r\nx\r\n--b--\r\n'],
    ['a header', '--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\nX-Y: NAME\r\n\r\nx\r\n--b--\r\n'],
  ])('refuses %s without end, and lives on', async (_what, body) => {
    for (const chunks of [1, 40]) {
      const answer = await upload().set('Content-Type', 'multipart/form-data; boundary=b').send(body.replace('NAME', 'n'.repeat(chunks * 65_536)));
      expect([answer.status, said(answer).code]).toEqual([400, 'request.malformed']);
    }
  });
});
