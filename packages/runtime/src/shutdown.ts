/**
 * Runs `stop` once on SIGINT or SIGTERM and then ends the process: with 0 when it stopped in time, with 1 when it failed
 * or took longer than `limitMs`.
 */
export function onShutdown(stop: () => Promise<void>, limitMs = 30_000): void {
  let stopping = false;
  const begin = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), limitMs).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', begin);
  process.on('SIGTERM', begin);
}
