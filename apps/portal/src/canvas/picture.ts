/** A picture in this tab's memory: the bytes as they are sent or saved, and an address under which the browser can show it. */
export interface Picture {
  readonly blob: Blob;
  /** Object URL of the blob itself, or of a preview where the browser cannot show the blob's format. Revoked by the editor when the picture leaves it. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}
