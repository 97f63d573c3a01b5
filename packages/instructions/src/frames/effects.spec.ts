import { describe, expect, it } from '@jest/globals';
import { understand, type PlanOperation } from '../index.js';

type Row = readonly [PlanOperation, string];
const top = { kind: 'box', box: { x: 0, y: 0, width: 1, height: 0.5 } } as const;

const rows: readonly Row[] = [
  [{ op: 'blackAndWhite', strength: 1 }, 'black and white | make it black and white | b&w | B & W | monochrome | convert to greyscale | convert it to grayscale | turn the picture black-and-white | in black and white | black & white, please | Make this photo black and white.'],
  [{ op: 'blackAndWhite', strength: 0.5 }, 'black and white at 50% | 50% black and white | half black and white'],
  [{ op: 'blackAndWhite', strength: 1, region: top }, 'make the top half black and white | black and white in the upper half | turn the top half black and white'],
  [{ op: 'blackAndWhite', strength: 1, region: { kind: 'box', box: { x: 0, y: 0, width: 0.333333, height: 1 } } }, 'make the left third black and white'],
  [{ op: 'blackAndWhite', strength: 1, region: { kind: 'mask' } }, 'make the selection black and white | black and white in the masked area'],
  [{ op: 'sepia', strength: 1 }, 'sepia | make it sepia | apply a sepia tone | add a sepia effect | turn it sepia | sepia toned'],
  [{ op: 'sepia', strength: 0.4 }, 'sepia at 40% | sepia 40 % | 40 percent sepia'],
  [{ op: 'sepia', strength: 0.15 }, 'slightly sepia | a bit of sepia'],
  [{ op: 'sepia', strength: 1, region: top }, 'apply sepia to the top half | sepia in the top half'],
  [{ op: 'invert' }, 'invert | invert it | invert the colours | make it a negative | negative | turn it into a negative | invert the colors please'],
  [{ op: 'invert', region: top }, 'invert the top half | negative in the upper half'],
  [{ op: 'threshold' }, 'threshold | apply a threshold | binarise it'],
  [{ op: 'threshold', level: 0.4 }, 'threshold at 40% | threshold 40 % | apply a threshold at 40 percent'],
  [{ op: 'autoLevels' }, 'auto levels | automatic levels | auto contrast | apply auto levels | stretch the histogram | adjust the levels automatically | auto tone | normalise the levels'],
  [{ op: 'autoWhiteBalance' }, 'auto white balance | fix the white balance | correct the white balance | remove the colour cast | remove the color cast | auto WB | automatic white balance | neutralise the colour cast'],
  [{ op: 'duotone', shadows: '#000080', highlights: '#ffcba4' }, 'duotone navy and peach | duotone from navy to peach | make it a duotone in navy and peach | duotone with navy and peach | a navy and peach duotone'],
  [{ op: 'duotone', shadows: '#000000', highlights: '#ffd700' }, 'duotone black and gold | turn it into a black and gold duotone'],
  [{ op: 'duotone', shadows: '#000000', highlights: '#ffffff' }, 'duotone black and white'],
  [{ op: 'duotone', shadows: '#112233', highlights: '#ffeedd' }, 'duotone #112233 and #fed | duotone #123 to #ffeedd'],
  [{ op: 'recolour', from: 'red', to: '#0000ff' }, 'turn the reds blue | change red to blue | make the red parts blue | turn everything red blue | replace red with blue | recolour red to blue | recolor the reds blue | change the red areas to blue | turn red into blue'],
  [{ op: 'recolour', from: 'blue', to: '#ff8800' }, 'make the blues #f80 | turn blue to #ff8800 | change the blues to #F80'],
  [{ op: 'recolour', from: 'grey', to: '#006400' }, 'turn the grays dark green | change grey to darkgreen'],
  [{ op: 'recolour', from: 'yellow', to: '#ffb0b0' }, 'turn yellow #ffb0b0'],
  [{ op: 'recolour', from: 'green', to: '#b3b3ff' }, 'turn the greens pale blue | make the green parts pale blue'],
  [{ op: 'recolour', from: 'red', to: '#0000ff', region: top }, 'turn the reds blue in the top half'],
  [{ op: 'colourMatch', reference: 0, strength: 1 }, 'match the colours of the reference | match the reference | use the colours of the reference picture | make it look like the reference | match the look of the reference image | copy the colors from the reference'],
  [{ op: 'colourMatch', reference: 1, strength: 1 }, 'match the second reference | match the colours of the second reference picture | match reference 2'],
  [{ op: 'colourMatch', reference: 0, strength: 0.5 }, 'match the reference by 50%'],
];

const table = rows.flatMap(([operation, said]) => said.split('|').map((words) => [words.trim(), operation] as const));

describe('effects in words', () => {
  it.each(table)('%s', (words, operation) => {
    const answer = understand(words, { mask: /selection|mask/.test(words), references: 2 });
    expect(answer.kind === 'plan' ? answer.plan : answer).toEqual({ version: 1, operations: [operation] });
  });

  it.each(['make the selection black and white', 'match the reference'])('has no meaning without what it speaks of: %s', (words) => {
    expect(understand(words).kind).toBe('notUnderstood');
  });
});
