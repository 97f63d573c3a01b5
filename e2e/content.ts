import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byteNeedles, Canary, type Hit, type Needle, textNeedles } from '@flux-context/testkit';
import sharp from 'sharp';

/** The journey's own folder: what it sends and gets as files lies here and nowhere else. Every picture in it is content. */
export const scratch = mkdtempSync(join(tmpdir(), 'journey-'));
const startedMs = Date.now();

/** Letters and digits that stand nowhere else, so that no piece of 16 of them does either. */
export const token = randomBytes(12).toString('hex');
const digits = String(randomBytes(6).readUIntBE(0, 6)).padStart(15, '7');

/** This percentage, in figures that nobody ever wrote: words with it are searched for in the folders for temporary files, too. */
export const unheard = (percent: number): string => `${percent}.0${digits}${digits}%`;

/** Both ends of a picture file are the same in many. */
const [sameAtBegin, sameAtEnd] = [2_048, 64];
/** Pixels of the middle are enough to know a picture by. */
const sideMax = 512;

/**
 * What a journey sent and received. None of it may be in any file afterwards. Pictures must be noisy (`pictures.ts`), because
 * they are searched for in the folders for temporary files as well, where others write. So are words with a figure that is
 * `unheard`; others, which may stand in a test's own code, are searched for in the appliance's folder only.
 */
class Content {
  readonly #known = new Set<string>();
  readonly #unique: Needle[] = textNeedles('file name or EXIF text', token);
  readonly #common: Needle[] = [];
  readonly #coming = new Set<Promise<void>>();

  /** `name`: what it is called when it is found. */
  picture(name: string, bytes: Uint8Array | Promise<ArrayBuffer>): void {
    // What broke off on its way is no picture.
    this.#coming.add(Promise.resolve(bytes).then((whole) => this.learn(name, new Uint8Array(whole)), () => undefined));
  }

  words(...texts: readonly string[]): void {
    for (const text of texts) {
      if (!this.isNew(text)) continue;
      this.#common.push(...textNeedles('words', text));
      for (const [figure] of text.matchAll(/[\d.]{16,}/g)) this.#unique.push(...textNeedles('words', figure));
    }
  }

  /** What an appliance has kept of it in its own folder. Throws when the journey told nothing to search for. */
  async keptIn(dataDirectory: string): Promise<Hit[]> {
    await this.learnAll();
    return new Canary([...this.#unique, ...this.#common]).search([{ folder: dataDirectory }]);
  }

  /** What is left of it in the folders for temporary files, beside that of an appliance. */
  async leftBeside(dataDirectory: string): Promise<Hit[]> {
    await this.learnAll();
    return new Canary(this.#unique).search([tmpdir(), '/var/tmp', '/dev/shm'].map((folder) => ({ folder, sinceMs: startedMs, except: [scratch, dataDirectory] })));
  }

  private async learnAll(): Promise<void> {
    const files = existsSync(scratch) ? readdirSync(scratch, { recursive: true, encoding: 'utf8' }) : [];
    for (const file of files) if (/\.(jpg|png)$/.test(file)) this.picture(file, readFileSync(join(scratch, file)));
    await Promise.all(this.#coming);
    if (this.#known.size === 0) throw new Error('Nothing is known of what this journey sent, so nothing can be searched for: tell `content` its pictures and words.');
  }

  private async learn(name: string, bytes: Uint8Array): Promise<void> {
    if (!this.isNew(bytes)) return;
    this.#unique.push(...byteNeedles(name, bytes.subarray(sameAtBegin, -sameAtEnd)), ...byteNeedles(`${name}, pixels`, await pixelsOf(bytes)));
  }

  private isNew(content: string | Uint8Array): boolean {
    const { size } = this.#known;
    this.#known.add(createHash('sha256').update(content).digest('hex'));
    return this.#known.size > size;
  }
}

export const content = new Content();

/** None of what is no picture. */
async function pixelsOf(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    const picture = sharp(bytes, { limitInputPixels: false });
    const size = await picture.metadata();
    const [width, height] = [Math.min(sideMax, size.width), Math.min(sideMax, size.height)];
    return await picture.extract({ left: (size.width - width) >> 1, top: (size.height - height) >> 1, width, height }).raw().toBuffer();
  } catch {
    return new Uint8Array();
  }
}
