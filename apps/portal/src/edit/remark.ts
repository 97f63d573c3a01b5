/** Something to know about an edit that went well, and what to do about it. */
export interface Remark {
  readonly title: string;
  readonly advice: string;
}

const unchanged: Remark = {
  title: 'The model changed nothing in this picture.',
  advice: 'Name the thing that should change and what it should become, or paint over its place with the brush. The edit was carried out, so it counts as one.',
};

/** `changedShare` is the share of changed pixels, 0 to 1, and absent for the exact engine, whose edits may rightly change nothing. */
export const remarkOn = (changedShare: number | undefined): Remark | undefined => (changedShare === 0 ? unchanged : undefined);
