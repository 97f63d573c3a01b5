import { autoLevels } from './auto-levels.js';
import { autoWhiteBalance } from './auto-white-balance.js';
import { blackAndWhite } from './black-and-white.js';
import { brightness } from './brightness.js';
import { colourMatch } from './colour-match.js';
import { contrast } from './contrast.js';
import { duotone } from './duotone.js';
import { exposure } from './exposure.js';
import { gamma } from './gamma.js';
import { highlights } from './highlights.js';
import { hue } from './hue.js';
import { invert } from './invert.js';
import { localContrast } from './local-contrast.js';
import { recolour } from './recolour.js';
import { saturation } from './saturation.js';
import { sepia } from './sepia.js';
import { shadows } from './shadows.js';
import { temperature } from './temperature.js';
import { threshold } from './threshold.js';
import { tint } from './tint.js';
import { vibrance } from './vibrance.js';

/**
 * The light and colour operations. They change the picture they are given in place and hold no second one. They must not
 * know regions: those are applied around them.
 */
export const lightAndColour = {
  brightness,
  exposure,
  contrast,
  gamma,
  shadows,
  highlights,
  saturation,
  vibrance,
  temperature,
  tint,
  hue,
  blackAndWhite,
  sepia,
  duotone,
  invert,
  threshold,
  autoLevels,
  autoWhiteBalance,
  localContrast,
  recolour,
  colourMatch,
} as const;
