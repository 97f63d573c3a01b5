/** Keeps what an edit did not touch: registration, colour match, change mask, composite at source resolution. */
export {};
