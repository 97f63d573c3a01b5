/** Waits until something holds; throws after `limitMs`, which is long by default: a slow machine is no fault. */
export async function until(holds: () => Promise<boolean> | boolean, limitMs = 180_000): Promise<void> {
  const untilMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
