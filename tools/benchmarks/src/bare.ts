import sharp from 'sharp';
import { closedLoop } from './closed-loop.js';
import { editBare, photo } from './workload.js';

/** The peer's process: measures itself when asked and sends the figures. */
const { width, height, edits, concurrency } = JSON.parse(process.argv[2]!) as { width: number; height: number; edits: number; concurrency: number };
sharp.cache(false);
const picture = await photo(width, height);
const edit = (index: number) => editBare(picture, { width, height }, index);
await closedLoop(12, Math.min(concurrency, 4), edit);
process.send!(await closedLoop(edits, concurrency, edit));
