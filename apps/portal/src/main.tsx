import { adoptTheme, Appliance, createClient } from '@flux-context/ui';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './mantine.css';
import './portal.css';
import { Portal } from './portal.js';
import { mayAskAgain } from './session/may-ask-again.js';
import { takeSignInToken } from './session/sign-in-token.js';

adoptTheme(document);
const token = takeSignInToken(window.location, window.history);
const queries = new QueryClient({ defaultOptions: { queries: { retry: mayAskAgain, staleTime: 30_000 }, mutations: { retry: false } } });
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no root');

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Appliance client={createClient()}>
        <Portal token={token} />
      </Appliance>
    </QueryClientProvider>
  </StrictMode>,
);
