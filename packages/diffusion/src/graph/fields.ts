const wire = { varint: 0, eight: 1, bytes: 2, four: 5 } as const;

/** The fields of one protobuf message, read where they lie. Throws `RangeError` where the bytes are no message. */
export class Fields {
  private readonly integers = new Map<number, number>();
  private readonly parts = new Map<number, Buffer[]>();
  private at = 0;

  constructor(private readonly bytes: Buffer) {
    while (this.at < bytes.length) this.readField();
  }

  /** The last one, as protobuf says; undefined where there is none. */
  integer(field: number): number | undefined {
    return this.integers.get(field);
  }

  text(field: number): string {
    return this.parts.get(field)?.at(-1)?.toString('utf8') ?? '';
  }

  /** An empty one where there is none; several are one, as protobuf says. */
  message(field: number): Fields {
    const [first = Buffer.alloc(0), ...rest] = this.parts.get(field) ?? [];
    return new Fields(rest.length === 0 ? first : Buffer.concat([first, ...rest]));
  }

  messages(field: number): Fields[] {
    return (this.parts.get(field) ?? []).map((bytes) => new Fields(bytes));
  }

  private readField(): void {
    const tag = this.readVarint();
    if (tag >= 2 ** 32) throw new RangeError('no protobuf message');
    const [field, kind] = [Math.floor(tag / 8), tag % 8];
    if (kind === wire.varint) this.integers.set(field, this.readVarint());
    else if (kind === wire.bytes) this.keep(field, this.take(this.readVarint()));
    else if (kind === wire.eight || kind === wire.four) this.take(kind === wire.eight ? 8 : 4);
    else throw new RangeError('no protobuf message');
  }

  private keep(field: number, bytes: Buffer): void {
    const known = this.parts.get(field);
    if (known) known.push(bytes);
    else this.parts.set(field, [bytes]);
  }

  private take(length: number): Buffer {
    if (!(length <= this.bytes.length - this.at)) throw new RangeError('no protobuf message');
    return this.bytes.subarray(this.at, (this.at += length));
  }

  /** Seven bits a byte, lowest first. Numbers of more than 53 bits lose their last ones: none that we look at is so large. */
  private readVarint(): number {
    for (let value = 0, factor = 1, count = 0; count < 10; count += 1, factor *= 128) {
      const byte = this.take(1)[0]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new RangeError('no protobuf message');
  }
}
