import { z } from 'zod';
import { errorCodes } from './errors.js';

/** One fault of the input: where it is and which rule it breaks. Never the value itself. */
export const problemFault = z.object({ path: z.string(), rule: z.string() }).meta({ id: 'ProblemFault' });
export type ProblemFault = z.infer<typeof problemFault>;

/** A span of the instruction that was not understood: offsets in UTF-16 code units of what the caller himself sent. */
export const problemSpan = z.object({ start: z.int(), end: z.int() }).meta({ id: 'ProblemSpan' });

/** RFC 9457 problem details, as every error of the API is written. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(errorCodes),
    requestId: z.string(),
    editId: z.string().optional(),
    retryable: z.boolean(),
    faults: z.array(problemFault).optional(),
    /** The limit that was exceeded, when the code names one, in the unit that its name says. */
    limit: z.object({ name: z.string(), value: z.number() }).optional(),
    /** With `instruction.needs_model` and `instruction.not_understood`: which words, and instructions that would work. */
    notUnderstood: z.array(problemSpan).optional(),
    suggestions: z.array(z.string()).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
