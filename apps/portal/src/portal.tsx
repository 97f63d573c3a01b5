import { Loader } from '@mantine/core';
import { SignedOut } from './session/signed-out.js';
import { useSession } from './session/use-session.js';
import { Workspace } from './workspace.js';

/** The whole page: a door, or the workspace behind it. */
export function Portal({ token }: { token: string | undefined }) {
  const session = useSession(token);
  switch (session.kind) {
    case 'unknown':
      return (
        <main className="door" aria-busy="true">
          <Loader aria-label="Opening" />
        </main>
      );
    case 'out':
      return <SignedOut trouble={session.trouble} />;
    default:
      return <Workspace me={session.me} />;
  }
}
