/** Waits until something holds; throws after `limitMs`. */
export async function until(holds: () => Promise<boolean> | boolean, limitMs = 60_000): Promise<void> {
  const untilMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
