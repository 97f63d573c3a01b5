import type { Labels, Place } from './lexicon.js';
import { boxOf } from './places.js';
import type { Box } from './plan.js';

const parts = [['half', 1 / 2], ['third', 1 / 3], ['quarter', 1 / 4]] as const;
const ends: ReadonlyMap<string, Place> = new Map<string, Place>([
  ['top', { vertical: 'top' }],
  ['bottom', { vertical: 'bottom' }],
  ['left', { horizontal: 'left' }],
  ['right', { horizontal: 'right' }],
  ['top-left', { vertical: 'top', horizontal: 'left' }],
  ['top-right', { vertical: 'top', horizontal: 'right' }],
  ['bottom-left', { vertical: 'bottom', horizontal: 'left' }],
  ['bottom-right', { vertical: 'bottom', horizontal: 'right' }],
  ['centre', { centre: true }],
]);

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-5;
const same = (a: Box | undefined, b: Box): boolean => a !== undefined && near(a.x, b.x) && near(a.y, b.y) && near(a.width, b.width) && near(a.height, b.height);
const percent = (fraction: number): string => `${Math.round(fraction * 1e4) / 100} %`;

/** "top half", "left third", "bottom right 20 %"; a box that no words name is given by its numbers. */
export function placeLabel(box: Box, { places, patterns }: Labels): string {
  const pattern = (name: string, extent: string): string => (patterns['place'] ?? '').replace('{place}', places[name] ?? name).replace('{extent}', extent);
  for (const [name, place] of ends) {
    for (const [part, fraction] of parts) {
      const corner = name.includes('-') ? part === 'quarter' : true;
      if (corner && same(boxOf({ ...place, part: fraction }), box)) return pattern(name, places[part] ?? part);
    }
    const extent = place.horizontal === undefined ? box.height : box.width;
    if (same(boxOf({ ...place, part: extent }), box)) return pattern(name, percent(extent));
  }
  return (patterns['box'] ?? '').replace('{size}', `${percent(box.width)} × ${percent(box.height)}`).replace('{from}', `${percent(box.x)}, ${percent(box.y)}`);
}
