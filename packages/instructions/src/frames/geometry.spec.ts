import { describe, expect, it } from '@jest/globals';
import { understand, type PlanOperation } from '../index.js';

type Row = readonly [PlanOperation, string];

const aspect = (width: number, height: number, anchor = 'centre'): PlanOperation => ({ op: 'crop', to: { kind: 'aspect', aspect: { width, height }, anchor: anchor as 'centre' } });
const box = (x: number, y: number, width: number, height: number): PlanOperation => ({ op: 'crop', to: { kind: 'box', box: { x, y, width, height } } });
const px = (value: number) => ({ unit: 'px', value }) as const;
const part = (value: number) => ({ unit: 'fraction', value }) as const;
const trim = (side: 'left' | 'right' | 'top' | 'bottom', by: ReturnType<typeof px> | ReturnType<typeof part>): PlanOperation => ({ op: 'crop', to: { kind: 'trim', side, by } });

const crops: readonly Row[] = [
  [aspect(1, 1), 'crop to square | crop to a square | crop square | make it square | crop it square | trim to a square | crop the picture to a square format | crop to 1:1'],
  [aspect(16, 9), 'crop to 16:9 | crop to widescreen | make it 16:9 | crop 16 : 9 | crop to a 16:9 ratio | crop to 16x9 | crop it to an aspect ratio of 16:9 | crop to sixteen by nine'],
  [aspect(4, 3), 'crop to 4x3 | crop to 4:3 | crop to 4 by 3 | crop to four by three | crop to 4×3'],
  [aspect(3, 2), 'crop to 3 by 2 | crop to 3:2 landscape | crop to landscape | crop to 2:3 landscape'],
  [aspect(2, 3), 'crop to 3:2 portrait | crop to portrait | crop to portrait 3:2'],
  [aspect(2.39, 1), 'crop to 2.39:1 | crop to cinematic | make it cinematic'],
  [aspect(9, 16), 'crop to instagram story | crop to 9:16'],
  [aspect(210, 297), 'crop to A4 | crop to A4 portrait'],
  [aspect(297, 210), 'crop to A4 landscape'],
  [aspect(1, 1, 'top-left'), 'crop to a square at the top left | crop to square from the upper left corner'],
  [aspect(16, 9, 'top'), 'crop to 16:9 from the top | crop to widescreen at the top'],
  [{ op: 'crop', to: { kind: 'size', width: px(1200), height: px(800), anchor: 'centre' } }, 'crop to 1200x800 | crop to 1200 x 800 px | crop to 1200 by 800 pixels | crop to 1,200 × 800 | crop 1200x800'],
  [{ op: 'crop', to: { kind: 'size', width: px(300), height: px(200), anchor: 'bottom-right' } }, 'crop to 300x200 at the bottom right | crop to 300x200 from the lower right'],
  [{ op: 'crop', to: { kind: 'size', width: part(0.5), height: part(0.4), anchor: 'centre' } }, 'crop to 50% x 40% | crop to 50 % by 40 %'],
  [{ op: 'crop', to: { kind: 'size', width: px(1200), height: part(1), anchor: 'centre' } }, 'crop to 1200 px wide | crop to a width of 1200 px'],
  [{ op: 'crop', to: { kind: 'size', width: px(300), height: part(1), anchor: 'left' } }, 'crop to the left 300 px | keep the left 300 pixels'],
  [box(0, 0, 0.5, 1), 'crop to the left half | keep the left half | crop it to the left half of the picture | keep only the left half | only keep the left half'],
  [box(0, 0, 1, 0.333333), 'keep the top third | crop to the upper third'],
  [box(0, 0, 1, 0.2), 'crop to the top 20 % | crop to the top 20% | keep the top fifth | crop to the top twenty percent'],
  [box(0.5, 0.5, 0.5, 0.5), 'crop to the bottom right quarter | keep the lower right quarter'],
  [box(0.25, 0.25, 0.5, 0.5), 'crop to the middle 50% | crop to the central half'],
  [trim('bottom', part(0.1)), 'cut off the bottom 10% | trim 10% from the bottom | remove the bottom 10 % | crop 10% off the bottom | crop off the lower 10%'],
  [trim('left', px(50)), 'trim 50 px from the left | cut 50 pixels off the left side | trim fifty pixels off the left | cut off the left 50 px'],
  [box(0.1, 0, 0.8, 1), 'trim 10% from the left and right'],
  [box(0.05, 0.05, 0.9, 0.9), 'crop 5% off all sides | trim 5 % from each side | cut 5% off every edge'],
];

const turns: readonly Row[] = [
  [{ op: 'rotate', degrees: 90 }, 'rotate 90 degrees | rotate right | rotate clockwise | turn right | rotate 90° clockwise | rotate by 90 | rotate a quarter turn | turn it 90 degrees to the right | rotate ninety degrees | rotate 90-degrees'],
  [{ op: 'rotate', degrees: -90 }, 'rotate 90 degrees left | rotate left | turn left | rotate 90° counterclockwise | rotate anti-clockwise | rotate counter-clockwise by 90 degrees | rotate -90° | rotate a quarter turn to the left | turn the photo left | rotate −90'],
  [{ op: 'rotate', degrees: 180 }, 'turn it upside down | rotate 180 | rotate a half turn | rotate upside down | rotate by half a turn'],
  [{ op: 'rotate', degrees: 270 }, 'rotate 270 degrees | rotate three quarter turn'],
  [{ op: 'rotate', degrees: 12.5 }, 'rotate 12.5° | rotate by 12.5 degrees clockwise | tilt 12½ degrees to the right'],
  [{ op: 'rotate', degrees: 20, fill: '#000000' }, 'rotate it by 20 degrees with black corners | rotate 20° with black | rotate 20° on a black background'],
  [{ op: 'straighten', degrees: 2 }, 'straighten by 2 degrees | straighten 2° clockwise | straighten the horizon by 2 degrees | level the picture by two degrees'],
  [{ op: 'straighten', degrees: -2 }, 'straighten by 2 degrees to the left | straighten 2° counterclockwise | straighten by -2 degrees'],
  [{ op: 'flip', axis: 'horizontal' }, 'flip horizontally | mirror left-right | mirror | mirror it | flip left to right | mirror image | mirror the picture horizontally'],
  [{ op: 'flip', axis: 'vertical' }, 'flip vertically | mirror vertically | flip top to bottom | flip it upside down'],
];

const sizes: readonly Row[] = [
  [{ op: 'resize', to: { kind: 'width', width: 1200 } }, 'resize to 1200 px wide | make it 1200 px wide | resize to 1,200 pixels wide | resize to a width of 1200 px | 1200 px wide | scale it to 1200 px wide | set the width to 1200 px | reduce the width to 1200 pixels | resize to a width of 1200 px, keeping the aspect ratio | make it 1200 px wide and keep the proportions | scale it to 1200 px wide while maintaining its aspect ratio'],
  [{ op: 'resize', to: { kind: 'height', height: 800 } }, '800 high | resize to 800 px high | make the picture 800 pixels tall | height 800 | set the height to 800'],
  [{ op: 'resize', to: { kind: 'longEdge', longEdge: 2000 } }, 'longest side 2000 | resize to 2000 px | resize to 2000 px on the long side | resize the longest edge to 2000 px | resize to two thousand pixels'],
  [{ op: 'resize', to: { kind: 'shortEdge', shortEdge: 500 } }, 'resize to 500 px on the short side | resize the shortest edge to 500 px'],
  [{ op: 'resize', to: { kind: 'size', width: 1200, height: 800, fit: 'inside' } }, 'resize to 1200x800 | make it 1200 x 800 px | fit within 1200x800 | resize to 1200 wide and 800 high | fit into 1200 by 800 pixels | resize to 800 px high and 1200 px wide'],
  [{ op: 'resize', to: { kind: 'size', width: 800, height: 600, fit: 'fill' } }, 'stretch to 800x600 | stretch it to 800 by 600 px'],
  [{ op: 'resize', to: { kind: 'size', width: 800, height: 600, fit: 'cover' } }, 'resize and crop to 800x600 | resize to fill 800x600 | cover 800x600'],
  [{ op: 'resize', to: { kind: 'scale', factor: 0.5 } }, 'resize to 50% | make it half the size | shrink to half | shrink by 50% | scale by 0.5 | half as big | scale down to 50% | halve the size | resize to half the size'],
  [{ op: 'resize', to: { kind: 'scale', factor: 2 } }, 'twice as big | double the size | enlarge 2x | make it twice as large | scale by 2 | enlarge to 200% | enlarge twice | make it two times as big'],
  [{ op: 'resize', to: { kind: 'scale', factor: 1.5 } }, 'enlarge 1.5x | enlarge by 50% | scale to 150% | make it 50% bigger | enlarge by one and a half times'],
  [{ op: 'resize', to: { kind: 'scale', factor: 0.8 } }, 'shrink by 20% | make it 20% smaller | reduce the size by 20%'],
];

const everySide = ['top', 'right', 'bottom', 'left'] as const;
const pads: readonly Row[] = [
  [{ op: 'pad', to: { kind: 'sides', sides: [...everySide], by: px(40) }, fill: '#ffffff' }, 'add a white border of 40 px | give it a 40 px white border | add a 40 px white border | put a white frame of 40 pixels around it | white border of 40 px | pad by 40 px with white'],
  [{ op: 'pad', to: { kind: 'sides', sides: [...everySide], by: part(0.1) }, fill: '#000000' }, 'add 10% black border | extend the canvas by 10% with black | add a black border of 10 %'],
  [{ op: 'pad', to: { kind: 'sides', sides: [...everySide], by: part(0.05) } }, 'add a border | add a frame'],
  [{ op: 'pad', to: { kind: 'sides', sides: ['left'], by: px(100) } }, 'add 100 px to the left | extend the left by 100 px | add 100 pixels on the left side'],
  [{ op: 'pad', to: { kind: 'sides', sides: ['top', 'bottom'], by: px(20) }, fill: '#ff0000' }, 'add a red border of 20px to the top and bottom'],
  [{ op: 'pad', to: { kind: 'aspect', aspect: { width: 16, height: 9 }, anchor: 'centre' }, fill: '#ffffff' }, 'extend the canvas to 16:9 with white | pad to 16:9 with white'],
  [{ op: 'pad', to: { kind: 'aspect', aspect: { width: 1, height: 1 }, anchor: 'centre' } }, 'pad to square | extend the canvas to a square'],
  [{ op: 'pad', to: { kind: 'aspect', aspect: { width: 16, height: 9 }, anchor: 'centre' }, fill: '#000000' }, 'make it 16:9 with black bars | pad it to 16:9 with black bars'],
  [{ op: 'pad', to: { kind: 'size', width: 1200, height: 1200, anchor: 'centre' }, fill: '#ff8800' }, 'pad to 1200x1200 with #f80 | enlarge the canvas to 1200 x 1200 px with #ff8800'],
];

const table = [...crops, ...turns, ...sizes, ...pads].flatMap(([operation, said]) => said.split('|').map((words) => [words.trim(), operation] as const));

describe('geometry in words', () => {
  it.each(table)('%s', (words, operation) => {
    const answer = understand(words);
    expect(answer.kind === 'plan' ? answer.plan : answer).toEqual({ version: 1, operations: [operation] });
  });

  it('cuts pixels off several sides one after the other', () => {
    const answer = understand('trim 50 px from the top, left and right');
    expect(answer.kind === 'plan' && answer.plan.operations).toEqual([trim('top', px(50)), trim('left', px(50)), trim('right', px(50))]);
  });
});
