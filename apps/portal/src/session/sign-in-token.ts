/**
 * Takes the one-time token out of `/#sign-in=TOKEN` and removes it from the address bar and the history at once, before
 * anything is sent or drawn. A fragment never reaches a server; after this it does not stay in the browser either.
 */
export function takeSignInToken(location: Pick<Location, 'hash' | 'pathname' | 'search'>, history: Pick<History, 'replaceState' | 'state'>): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('sign-in');
  if (token === null) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}
