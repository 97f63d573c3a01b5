import { sessionRoutes } from '@flux-context/contracts';
import { ProblemError, useClient, type Client, type OutputOf } from '@flux-context/ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

export type Me = OutputOf<typeof sessionRoutes.me>;

export type Session =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'out'; readonly trouble: string | undefined }
  | { readonly kind: 'in'; readonly me: Me };

/** Opens a session with the token of the link, once; without one asks who is there. Undefined: nobody, and nothing went wrong. */
async function enter(client: Client, token: string | undefined): Promise<Me | null> {
  if (token !== undefined) return client.call(sessionRoutes.open, { body: { token } });
  return client.call(sessionRoutes.me).catch((error: unknown) => {
    if (error instanceof ProblemError && error.status === 401) return null;
    throw error;
  });
}

/** A token that cannot be one was cut or mistyped on its way; the code's own sentence speaks to programs. */
export const troubleInWords = (error: Error): string => (error instanceof ProblemError && error.code === 'request.invalid' ? 'This sign-in link is not complete. Open the whole link again, or ask for a new one.' : error.message);

/** Who is signed in. It is asked once: a session that ends later must not take the work in this tab away. */
export function useSession(token: string | undefined): Session {
  const client = useClient();
  const { data, error } = useQuery({ queryKey: ['session'], queryFn: () => enter(client, token), staleTime: Infinity, gcTime: Infinity, retry: token === undefined ? 2 : false, refetchOnReconnect: false, refetchOnWindowFocus: false });
  if (error !== null) return { kind: 'out', trouble: troubleInWords(error) };
  if (data === undefined) return { kind: 'unknown' };
  return data === null ? { kind: 'out', trouble: undefined } : { kind: 'in', me: data };
}

/** What of this tab's work signing out would lose. */
interface Work {
  /** Asks where something would be lost; false when the person stays. */
  readonly mayLose: () => boolean;
  /** Lets go of the work, so that nothing is left that leaving the page could ask about. */
  readonly forget: () => void;
}

/** Asks first and ends the session then: who stays is still signed in. False when the person stayed. */
export async function signOut(client: Client, work: Work): Promise<boolean> {
  if (!work.mayLose()) return false;
  await client.call(sessionRoutes.close);
  work.forget();
  return true;
}

/** Ends the session there and forgets everything here, by loading the page anew. */
export function useSignOut(work: Work) {
  const client = useClient();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => signOut(client, work),
    onSuccess: (left) => {
      if (!left) return;
      queries.clear();
      window.location.reload();
    },
  });
}
