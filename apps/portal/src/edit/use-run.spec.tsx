// @vitest-environment jsdom
import { Appliance, createClient } from '@flux-context/ui';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { describe, expect, it, vi } from 'vitest';
import { EditorContext } from '../canvas/editor-context.js';
import { Editor } from '../canvas/editor.js';
import { useRun, type Run } from './use-run.js';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));

const picture = (url: string) => ({ blob: new Blob([url]), url, width: 10, height: 10 });

describe('trouble with an edit', () => {
  it('is gone when another picture is opened', async () => {
    const editor = new Editor(() => undefined);
    editor.act({ do: 'open', picture: picture('blob:first') });
    let run: Run | undefined;
    const failed = vi.fn();
    const Probe = () => {
      run = useRun({ done: () => undefined, cancelled: () => undefined, failed });
      return null;
    };
    // Nobody listens on port 1, so the edit fails.
    const page = (
      <QueryClientProvider client={new QueryClient()}>
        <Appliance client={createClient('http://127.0.0.1:1')}>
          <EditorContext value={editor}>
            <Probe />
          </EditorContext>
        </Appliance>
      </QueryClientProvider>
    );
    await act(async () => createRoot(document.createElement('div')).render(page));
    await act(async () => {
      run?.start({ instruction: 'make it brighter', understanding: undefined, references: [] }, () => undefined);
      await vi.waitFor(() => expect(failed).toHaveBeenCalled());
    });
    expect(run?.trouble?.again).toBeDefined();
    await act(async () => editor.act({ do: 'open', picture: picture('blob:second') }));
    expect(run?.trouble).toBeUndefined();
  });
});
