import type { AnnouncedModel, Limits } from '@flux-context/contracts';
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';

/** Who is to edit, as it goes to the API. */
export interface ChosenEngine {
  readonly engine: 'auto' | 'exact' | 'diffusion';
  readonly model?: string;
}

const automatic: ChosenEngine = { engine: 'auto' };

/** What is chosen, and the model that would edit where the words go to one. A model that is gone is chosen no longer. */
export function useEngine(limits: Limits | undefined): { chosen: ChosenEngine; model: string | undefined; choose: (chosen: ChosenEngine) => void } {
  const [wanted, choose] = useState(automatic);
  const models = limits?.models ?? [];
  const chosen = models.length === 0 || (wanted.model !== undefined && !models.some(({ id }) => id === wanted.model)) ? automatic : wanted;
  return { chosen, model: chosen.model ?? models[0]?.id, choose };
}

/** Shown only where there is a choice. */
export function EngineChoice({ models, chosen, onChoose }: { models: readonly AnnouncedModel[]; chosen: ChosenEngine; onChoose: (chosen: ChosenEngine) => void }) {
  const value = chosen.model === undefined ? chosen.engine : `model:${chosen.model}`;
  const data = [
    { value: 'auto', label: 'Automatic' },
    { value: 'exact', label: 'Exact only' },
    ...models.map(({ id }) => ({ value: `model:${id}`, label: `Always ${id}` })),
  ];
  const change = (picked: string): void => onChoose(picked.startsWith('model:') ? { engine: 'diffusion', model: picked.slice(6) } : { engine: picked === 'exact' ? 'exact' : 'auto' });
  return <NativeSelect className="engine-choice" aria-label="Who edits" title="Automatic: the exact engine where it understands every word, else the image model" size="xs" variant="unstyled" data={data} value={value} onChange={({ currentTarget }) => change(currentTarget.value)} />;
}
