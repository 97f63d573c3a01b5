/** Sentences that show what can be said, for a field that is still empty. */
export const examples = ['Crop to a square', 'Make it black and white', 'A bit brighter and warmer', 'Rotate 90° clockwise'] as const;
