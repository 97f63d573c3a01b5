const wire = { varint: 0, bytes: 2, float: 5 } as const;

/** Writes one protobuf message, field by field, in the three wire types that ONNX models need. */
export class ProtobufMessage {
  private readonly parts: Buffer[] = [];

  integer(field: number, value: number | bigint): this {
    return this.append(varint((field << 3) | wire.varint), varint(value));
  }

  float(field: number, value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return this.append(varint((field << 3) | wire.float), bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.append(varint((field << 3) | wire.bytes), varint(value.length), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, value: ProtobufMessage): this {
    return this.bytes(field, value.finish());
  }

  finish(): Buffer {
    return Buffer.concat(this.parts);
  }

  private append(...parts: Uint8Array[]): this {
    for (const part of parts) this.parts.push(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    return this;
  }
}

/** Seven bits a byte, lowest first; negative numbers as 64-bit two's complement. */
const varint = (value: number | bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
};
