const { fround } = Math;

/** Away from what the negative prompt predicts, in place (classifier-free guidance, Ho and Salimans, 2022). */
export const guide = (velocity: Float32Array, negative: Float32Array, guidance: number): void => {
  for (let at = 0; at < velocity.length; at += 1) velocity[at] = negative[at]! + fround(guidance * fround(velocity[at]! - negative[at]!));
};
