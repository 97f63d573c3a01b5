/** An RGB profile of matrix and curves, made by hand: three colorants (XYZ under D50) and one curve for all. */
export const profileOf = (colorants: readonly (readonly number[])[], curve: Buffer, space = 'RGB XYZ '): Buffer => {
  const names = ['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC'];
  const start = 132 + names.length * 12;
  const head = Buffer.alloc(start);
  head.write(space, 16, 'latin1');
  head.writeUInt32BE(names.length, 128);
  const bodies = colorants.map((xyz) => {
    const body = Buffer.alloc(20);
    body.write('XYZ ', 'latin1');
    for (const [index, value] of xyz.entries()) body.writeInt32BE(Math.round(value * 65_536), 8 + index * 4);
    return body;
  });
  const parts = [...bodies, curve, curve, curve];
  let offset = start;
  for (const [index, name] of names.entries()) {
    head.write(name, 132 + index * 12, 'latin1');
    head.writeUInt32BE(offset, 136 + index * 12);
    head.writeUInt32BE(parts[index]!.length, 140 + index * 12);
    offset += parts[index]!.length;
  }
  return Buffer.concat([head, ...parts]);
};

/** The sRGB curve in the fourth parametric form. */
export const srgbCurve = (): Buffer => {
  const curve = Buffer.alloc(32);
  curve.write('para', 'latin1');
  curve.writeUInt16BE(3, 8);
  for (const [index, value] of [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.040_45].entries()) curve.writeInt32BE(Math.round(value * 65_536), 12 + index * 4);
  return curve;
};

export const displayP3 = (): Buffer => profileOf([[0.515_12, 0.241_2, -0.001_05], [0.291_98, 0.692_25, 0.041_89], [0.157_1, 0.066_57, 0.784_07]], srgbCurve());
