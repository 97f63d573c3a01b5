import type { Balance, Limits } from '@flux-context/contracts';

const number = (value: number): string => value.toLocaleString('en');
/** In millions, never more than the truth. */
const millions = (value: number): string => number(Math.floor(value / 1e5) / 10);

export function describeBalance({ account, available, pending, grants }: Balance): string[] {
  return [
    `${number(available)} edits left${account === 'organisation' ? ' for the organisation' : ''}${pending > 0 ? `, ${number(pending)} running` : ''}`,
    ...grants.map(({ kind, amount, remaining, expiresAt }) => `  ${kind}: ${number(remaining)} of ${number(amount)}${expiresAt ? `, until ${expiresAt.slice(0, 10)}` : ''}`),
  ];
}

const describeModel = ({ id, licence, limits: { referencesMax, sideMin, aspectMax } }: Limits['models'][number]): string =>
  `${id} (${licence.id}); up to ${number(referencesMax)} reference pictures; pictures of ${number(sideMin)} pixels a side or more, up to ${number(aspectMax)}:1`;

export function describeLimits(limits: Limits): string[] {
  return [
    `Pictures: ${limits.sourceFormats.join(', ')}; up to ${millions(limits.pictureBytesMax)} MB and ${millions(limits.picturePixelsMax)} megapixels`,
    `Results:  ${limits.outputFormats.join(', ')}; readable for ${number(limits.redeliverySeconds)} s`,
    `Words:    up to ${number(limits.instructionLengthMax)} characters; up to ${number(limits.referencesMax)} reference pictures`,
    `Engines:  ${limits.engines.join(', ') || 'none at the moment'}; an edit may take ${number(limits.deadlineSeconds)} s`,
    ...limits.models.map((model, index) => `${index === 0 ? 'Models:   ' : '          '}${describeModel(model)}`),
  ];
}
