import { Injectable } from '@nestjs/common';
import { editOptions, instructionLengthMax, readDimensions, referencesMax, sniffFormat, type EditOptions, type ErrorCode, type Principal, type SourceFormat } from '@flux-context/contracts';
import { plan as planSchema } from '@flux-context/instructions';
import { CodedError } from '@flux-context/runtime';
import type { z } from 'zod';
import { ParcelStore } from '../parcels/index.js';
import { AcceptanceService, type Acceptance } from './acceptance.service.js';
import { EditSettings } from './edit-settings.js';
import { Turnstile } from './turnstile.js';

/** Text fields of the form. A plan of 32 operations takes a few thousand bytes, the longest instruction 12,000. */
const textBytesMax = 65_536;

/** Where a PNG's header says its bits per channel. */
const pngDepthAt = 24;

interface RequestHeaders {
  readonly prefer?: string | undefined;
  readonly 'idempotency-key'?: string | undefined;
}

interface FormLimits {
  readonly fields: Readonly<Record<string, { readonly bytesMax: number }>>;
  readonly files: Readonly<Record<string, { readonly bytesMax: number; readonly countMax?: number; readonly tooLarge: ErrorCode }>>;
  readonly filesBytesMax: number;
  reserve(bytes: number): void;
}

interface UploadedForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, readonly { readonly bytes: Uint8Array }[]>;
  zero(): void;
}

/** The door reads the form; what it may read is told here. */
type ReadForm = (limits: FormLimits) => Promise<UploadedForm>;

/** Step 2: reads the upload into memory under limits, parses its fields, and refuses what is not a picture. */
@Injectable()
export class EditReception {
  constructor(
    private readonly acceptance: AcceptanceService,
    private readonly parcels: ParcelStore,
    private readonly settings: EditSettings,
    private readonly turnstile: Turnstile,
  ) {}

  async receive(principal: Principal, headers: RequestHeaders, read: ReadForm): Promise<Acceptance> {
    const leave = this.turnstile.enter('edits', principal.personId);
    try {
      const acceptance = await this.take(principal, headers, read);
      void (acceptance.kind === 'running' ? acceptance.edit.ended() : Promise.resolve()).then(leave);
      return acceptance;
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async take(principal: Principal, headers: RequestHeaders, read: ReadForm): Promise<Acceptance> {
    const startedMs = performance.now();
    const claim = this.parcels.claim(0);
    const upload = await read(this.limits((bytes) => claim.grow(bytes))).catch((error: unknown) => {
      claim.release();
      throw error;
    });
    try {
      const image = upload.files.get('image')?.[0]?.bytes;
      if (!image || image.byteLength === 0) throw new CodedError('picture.missing');
      const source = this.formatOf('image', image);
      return await this.acceptance.accept({
        principal,
        image,
        source: source,
        size: readDimensions(image),
        deep: source === 'png' && image[pngDepthAt] === 16,
        mask: this.pictures(upload, 'mask')[0],
        references: this.pictures(upload, 'reference'),
        instruction: words(upload),
        plan: json(upload, 'plan', planSchema, 'plan.invalid'),
        options: json(upload, 'options', editOptions, 'request.invalid') ?? defaultOptions,
        idempotencyKey: headers['idempotency-key'],
        async: /(^|[\s,;])respond-async($|[\s,;])/i.test(headers.prefer ?? ''),
        claim,
        receivedMs: performance.now() - startedMs,
      });
    } catch (error) {
      claim.release();
      throw error;
    } finally {
      upload.zero();
    }
  }

  /** What a file is by its first bytes, whatever the caller calls it. */
  private formatOf(name: string, bytes: Uint8Array): SourceFormat {
    const format = sniffFormat(bytes);
    if (!format || !this.settings.sourceFormats.includes(format)) throw new CodedError('picture.type', { faults: [{ path: name, rule: 'not a picture of an accepted format' }] });
    return format;
  }

  private pictures(upload: UploadedForm, name: 'mask' | 'reference'): Uint8Array[] {
    const files = (upload.files.get(name) ?? []).map((file) => file.bytes);
    for (const file of files) this.formatOf(name, file);
    return files;
  }

  private limits(reserve: (bytes: number) => void): FormLimits {
    const bytesMax = this.settings.pictureBytesMax;
    return {
      fields: {
        instruction: { bytesMax: textBytesMax },
        plan: { bytesMax: textBytesMax },
        options: { bytesMax: textBytesMax },
      },
      files: {
        image: { bytesMax, tooLarge: 'picture.too_large' },
        mask: { bytesMax, tooLarge: 'picture.too_large' },
        reference: { bytesMax, countMax: referencesMax, tooLarge: 'picture.too_large' },
      },
      filesBytesMax: bytesMax * (2 + referencesMax),
      reserve,
    };
  }
}

const defaultOptions: EditOptions = editOptions.parse({});

function words(upload: UploadedForm): string | undefined {
  const instruction = upload.fields.get('instruction');
  if (instruction !== undefined && instruction.length > instructionLengthMax) throw new CodedError('instruction.too_long');
  if (instruction !== undefined && upload.fields.has('plan')) throw new CodedError('request.invalid', { faults: [{ path: 'plan', rule: 'send an instruction or a plan, not both' }] });
  return instruction;
}

function json<S extends z.ZodType>(upload: UploadedForm, name: string, schema: S, code: 'plan.invalid' | 'request.invalid'): z.infer<S> | undefined {
  const text = upload.fields.get(name);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CodedError(code, { faults: [{ path: name, rule: 'not valid JSON' }] });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 20).map((issue) => ({ path: [name, ...issue.path].join('.'), rule: issue.code }));
  throw new CodedError(code, { faults });
}
