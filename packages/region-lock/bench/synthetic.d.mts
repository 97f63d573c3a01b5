import type { Picture, RgbImage } from '@flux-context/picture';

type Scene = Picture & { readonly data: Uint8Array; readonly depth: 8; readonly channels: 3 };
type Row = readonly [number, number, number, number];

export declare const randomOf: (seed: number) => () => number;
export declare const scene: (width: number, height: number, seed: number) => Scene;
export declare const editKinds: readonly ('object' | 'recolour' | 'removal' | 'text')[];
export declare const edited: (
  picture: Scene,
  edit: { readonly kind: string; readonly seed: number; readonly size?: number; readonly at?: readonly [number, number] },
) => Scene;
export interface Fault {
  readonly shift?: readonly [number, number];
  readonly scale?: number;
  readonly tint?: readonly [Row, Row, Row];
  readonly noise?: number;
  readonly seed?: number;
}
export declare const asModelGives: (image: RgbImage, fault: Fault) => RgbImage;
export declare const tints: { readonly warm: readonly [Row, Row, Row]; readonly faded: readonly [Row, Row, Row] };
export declare const measured: (
  source: ArrayLike<number>,
  perfect: ArrayLike<number>,
  result: ArrayLike<number>,
  weights: Uint8Array,
) => { readonly kept: number; readonly error: number; readonly extent: number; readonly share: number; readonly differing: number };
