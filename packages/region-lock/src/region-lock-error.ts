/** `lock.profile_unsupported`: the picture's colour profile is tables in both directions, which cannot be computed backwards here. */
type RegionLockErrorCode = 'lock.profile_unsupported';

export class RegionLockError extends Error {
  constructor(readonly code: RegionLockErrorCode) {
    super(code);
    this.name = 'RegionLockError';
  }
}
