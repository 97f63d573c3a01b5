import { chromaOf, toLab, toRgb, withChroma, type Lab } from './oklab.js';
import type { Rgb } from './srgb.js';
import { shoulder } from './tone.js';

/** Within a hundredth of the colour's own light, which no eye sees: sRGB's blue edge is hollow, and without slack its inside would count as outside. */
const inside = ({ r, g, b }: Rgb, lightness: number): boolean => {
  const slack = (lightness * lightness * lightness) / 100;
  return Math.min(r, g, b) >= -slack && Math.max(r, g, b) <= 1 + slack;
};

/** The highest chroma that sRGB can show at this colour's lightness and hue, found by halving. 0 for a grey: it has no hue. */
export const chromaRoom = (lab: Lab): number => {
  const chroma = chromaOf(lab);
  if (chroma < 1e-7 || lab.l <= 0 || lab.l >= 1) return 0;
  const a = lab.a / chroma;
  const b = lab.b / chroma;
  let low = 0;
  let high = 0.4;
  for (let step = 0; step < 16; step += 1) {
    const middle = (low + high) / 2;
    if (inside(toRgb({ l: lab.l, a: a * middle, b: b * middle }), lab.l)) low = middle;
    else high = middle;
  }
  return low;
};

/**
 * Brings a colour into sRGB by lowering its chroma only, so neither hue nor lightness shifts. `chromaMax` is the highest
 * chroma that can arrive here: the range up to it is eased into what there is room for, so that shades stay apart
 * instead of being clipped to one.
 */
export const fitChroma = (lab: Lab, chromaMax: number): Lab => {
  const room = chromaRoom(lab);
  const chroma = chromaOf(lab);
  if (chromaMax <= room) return chroma <= room ? lab : withChroma(lab, room);
  if (room === 0) return withChroma(lab, 0);
  return withChroma(lab, room * shoulder(chroma / room, 0.6, chromaMax / room));
};

/** Another lightness for a colour, as if more or less of the same light fell on it: chroma goes along, hue stays. */
export const relight = (lab: Lab, lightness: number): Lab => {
  if (lab.l <= 0) return { l: lightness, a: 0, b: 0 };
  const scale = lightness / lab.l;
  return fitChroma({ l: lightness, a: lab.a * scale, b: lab.b * scale }, chromaRoom(lab) * scale);
};

/** The nearest light that sRGB can show with the same lightness and hue; light that is too bright becomes white. */
export const fitLight = (light: Rgb): Rgb => {
  const lab = toLab(light);
  if (lab.l <= 1 && inside(light, lab.l)) return light;
  return toRgb(withChroma({ ...lab, l: Math.min(1, lab.l) }, Math.min(chromaOf(lab), chromaRoom(lab))));
};
