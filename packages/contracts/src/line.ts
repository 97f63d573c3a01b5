import { z } from 'zod';

/** Whatever is no control character (Cc). As ranges, because not every language that reads our OpenAPI document knows `\P{Cc}`: Python does not. */
const noControls = String.raw`^[^\x00-\x1f\x7f-\x9f]*$`;

/** One line of text for people to read: no control characters, of which PostgreSQL cannot even keep the NUL. */
export const line = (lengthMax: number, lengthMin = 1) => z.string().trim().min(lengthMin).max(lengthMax).regex(new RegExp(noControls));
