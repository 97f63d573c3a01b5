import type { DiffusionBrief } from '@flux-context/contracts';
import { disposePicture, extract, fit, prepare, toRgbImage, type Geometry, type Mask, type Picture, type PixelBox, type RgbImage } from '@flux-context/picture';
import { applyChange, changedBox, findChange, hasKnownColours, lockZoom, maskAtModel, replaceWhole, type Locked } from '@flux-context/region-lock';
import type { AskableModel } from '../wire.js';
import { CodedEnd } from './coded-end.js';
import type { Decoded, EditEngine, Edited } from './decoded-parts.js';
import { type Answered, EngineChannel } from './engine-channel.js';

/** Has a model of the engine edit the picture. Throws `model.failed` before anything is decoded when it is not loaded here. */
export function modelEngine(brief: DiffusionBrief, models: readonly AskableModel[]): EditEngine {
  const model = models.find(({ id }) => id === brief.model);
  if (!model) throw new CodedEnd('model.failed');
  return async (decoded) => {
    const channel = new EngineChannel();
    try {
      return await editByModel(decoded, brief, model, channel);
    } finally {
      channel.close();
    }
  };
}

/** Overwrites everything but the picture that it gives back. */
export async function editByModel(decoded: Decoded, brief: DiffusionBrief, model: AskableModel, channel: Pick<EngineChannel, 'ask'>): Promise<Edited> {
  const edit = new ModelEdit(brief, model, decoded.mask, channel);
  try {
    const { picture, drift: { reframed, changedShare, differingBytes } } = await edit.carryOut(decoded);
    return { picture, drift: { reframed, changedShare, differingBytes }, origin: { model: model.id, licence: model.licence } };
  } finally {
    edit.overwrite();
  }
}

/** A picture as the model sees it, and how it was made so. */
interface Prepared {
  readonly image: RgbImage;
  readonly geometry: Geometry;
}

class ModelEdit {
  /** Everything that was made on the way, so that it is overwritten however the edit ends. */
  private readonly made: { readonly data: Uint8Array }[] = [];

  constructor(
    private readonly brief: DiffusionBrief,
    private readonly model: AskableModel,
    private readonly brush: Mask | undefined,
    private readonly channel: Pick<EngineChannel, 'ask'>,
  ) {}

  /** The first look is at the whole picture. Where it changed a part that the model saw coarsely, a second one is at that part alone. */
  async carryOut({ picture, references }: Decoded): Promise<Locked> {
    const source = hasKnownColours(picture) ? picture : await inSrgb(picture);
    const first = await this.prepared(source);
    const others: RgbImage[] = [];
    for (const reference of references) {
      others.push((await this.prepared(reference)).image);
      disposePicture(reference);
    }
    const answered = await this.ask(first, others, this.brush);
    const edit = { edited: answered.image, reference: first.image, roundTrip: answered.roundTrip, geometry: first.geometry, brush: this.brush };
    if (!this.brief.regionLock) return replaceWhole({ ...edit, source });
    const change = findChange(edit);
    const box = this.model.referencesMax > 0 ? changedBox(change, this.model.pixelsMax) : undefined;
    return box ? this.lookCloser(source, box, [answered.image, ...others]) : applyChange(source, change, first.image);
  }

  overwrite(): void {
    for (const { data } of this.made) data.fill(0);
    if (this.brush) disposePicture(this.brush);
  }

  /** What the first look made shows the model what is wanted. */
  private async lookCloser(source: Picture, box: PixelBox, references: readonly RgbImage[]): Promise<Locked> {
    const part = extract(source, box);
    const { image: reference, geometry } = await this.prepared(part);
    disposePicture(part);
    const brush = this.brush && this.hold(within(this.brush, box));
    const { image: edited, roundTrip } = await this.ask({ image: reference, geometry }, references.slice(0, this.model.referencesMax), brush);
    return lockZoom({ source, box, edited, reference, roundTrip, geometry, brush: this.brush });
  }

  private async ask({ image, geometry }: Prepared, others: readonly RgbImage[], brush: Mask | undefined): Promise<Answered> {
    const { model, instruction, seed, regionLock } = this.brief;
    const mask = brush && this.model.inpaints ? this.hold(paintable(maskAtModel(brush, geometry))) : undefined;
    const answered = await this.channel.ask({ model, prompt: instruction, pictures: [image, ...others], mask, seed, roundTrip: regionLock });
    this.hold(answered.image);
    if (answered.roundTrip) this.hold(answered.roundTrip);
    return answered;
  }

  private async prepared(picture: Picture): Promise<Prepared> {
    const geometry = fit(picture, this.model.fit);
    const whole = this.hold(await toRgbImage(picture));
    return { image: this.hold(prepare(whole, geometry)), geometry };
  }

  private hold<T extends { readonly data: Uint8Array }>(image: T): T {
    this.made.push(image);
    return image;
  }
}

/** The model may paint wherever the brush touched; the lock keeps to the brush's own edge afterwards. */
const paintable = (mask: Mask): Mask => ({ ...mask, data: mask.data.map((weight) => (weight > 0 ? 255 : 0)) });

function within(mask: Mask, { left, top, width, height }: PixelBox): Mask {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) data.set(mask.data.subarray((top + y) * mask.width + left, (top + y) * mask.width + left + width), y * width);
  return { width, height, data };
}

/** For the rare profile that nothing can be computed back into: the whole picture becomes sRGB, with 8 bits. */
async function inSrgb(picture: Picture): Promise<Picture> {
  const { width, height, data } = await toRgbImage(picture);
  if (picture.channels === 3) return { width, height, channels: 3, depth: 8, data };
  const withAlpha = new Uint8Array(width * height * 4);
  for (let from = 0, at = 0; at < withAlpha.length; from += 3, at += 4) {
    withAlpha[at] = data[from]!;
    withAlpha[at + 1] = data[from + 1]!;
    withAlpha[at + 2] = data[from + 2]!;
    withAlpha[at + 3] = picture.data[at + 3]! / (picture.depth === 16 ? 257 : 1);
  }
  data.fill(0);
  disposePicture(picture);
  return { width, height, channels: 4, depth: 8, data: withAlpha };
}
