import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Mask, RgbImage } from '@flux-context/picture';
import { zero } from '@flux-context/envelope';
import { FrameReader } from '../../engine-process/frame-reader.js';
import { answer, bytesOfAnswer, type Question } from '../../engine-process/frames.js';
import { Pieces } from '../../engine-process/pieces.js';
import { engineDescriptor } from '../command.js';
import { CodedEnd } from './coded-end.js';

/** A question with everything that belongs to it. */
export interface Asked {
  readonly model: string;
  readonly prompt: string;
  readonly pictures: readonly [RgbImage, ...RgbImage[]];
  readonly mask?: Mask | undefined;
  readonly seed: number;
  readonly roundTrip: boolean;
}

export interface Answered {
  readonly image: RgbImage;
  readonly roundTrip?: RgbImage;
}

/** The way to the engine, through the worker: words and pixels out, pixels back. */
export class EngineChannel {
  private readonly socket = new Socket({ fd: engineDescriptor });
  private readonly reader = new FrameReader(new Pieces(this.socket));

  /** Throws the code that the engine failed with. */
  async ask({ model, prompt, pictures, mask, seed, roundTrip }: Asked): Promise<Answered> {
    const words = Buffer.from(prompt, 'utf8');
    const question: Question = {
      model, promptBytes: words.length, seed, roundTrip,
      pictures: pictures.map(({ width, height }) => ({ width, height })),
      mask: mask !== undefined,
    };
    this.socket.write(`${JSON.stringify(question)}\n`);
    for (const bytes of [words, ...pictures.map((picture) => picture.data), ...(mask ? [mask.data] : [])]) if (!this.socket.write(bytes)) await once(this.socket, 'drain');
    zero(words);
    const said = answer.parse(await this.reader.line());
    if ('failed' in said) throw new CodedEnd(said.failed);
    const { width, height } = said.image;
    const pixels = await this.reader.whole(bytesOfAnswer(said));
    const image = { width, height, data: pixels.subarray(0, width * height * 3) };
    return { image, ...(said.roundTrip && { roundTrip: { width, height, data: pixels.subarray(width * height * 3) } }) };
  }

  /** The socket would keep the process from being quiet while it waits for its end. */
  close(): void {
    this.socket.destroy();
  }
}
