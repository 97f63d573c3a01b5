import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type LogFault, signNote, verifyLog } from './index.js';
import { faultsMax } from './verify-log.js';
import { entriesOf, MemoryLog, newSigner, sha256, tampering, verifyEd25519 } from './memory-log.spec-parts.js';

const signer = newSigner();
const audit = (source: MemoryLog, earlier?: string) => verifyLog({ source, key: signer.key, sha256, verify: verifyEd25519, ...(earlier !== undefined && { earlier }) });
const faultsOf = async (log: MemoryLog, earlier?: string): Promise<readonly LogFault[]> => (await audit(log, earlier)).faults;

describe('a log of 10,000 entries', () => {
  const size = 10_000;
  const log = new MemoryLog(signer, entriesOf(size));
  const files = new Map(log.files);

  it('is whole, and was whole at every earlier checkpoint', async () => {
    expect(await faultsOf(log)).toEqual([]);
    for (const earlier of [0, 1, 255, 256, 257, 5_000, 9_999, size]) expect(await faultsOf(log, new MemoryLog(signer, entriesOf(earlier)).note)).toEqual([]);
  });

  it.each(Object.keys(tampering))('shows an entry that was %s, anywhere', async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(size - 2), fc.nat(200), async (at, bit) => {
        log.publishEntries(tampering[kind]!(log.entries, at, bit));
        const faults = await faultsOf(log);
        expect(faults.length).toBeGreaterThan(0);
        if (kind === 'flipped bit') expect(faults).toContainEqual({ kind: 'entry', index: at });
        log.files.clear();
        for (const [path, file] of files) log.files.set(path, file);
      }),
      { numRuns: 5 },
    );
  });

  it('shows a new history under the same key to whoever kept a checkpoint', async () => {
    const cut = new MemoryLog(signer, log.entries.slice(0, 9_000));
    expect(await faultsOf(cut)).toEqual([]);
    expect(await faultsOf(cut, log.note)).toEqual([{ kind: 'truncated', earlierSize: size }]);
    const rewritten = new MemoryLog(signer, tampering['flipped bit']!(log.entries, 4_321, 3).concat(entriesOf(10)));
    expect(await faultsOf(rewritten)).toEqual([]);
    expect(await faultsOf(rewritten, log.note)).toEqual([{ kind: 'rewritten', earlierSize: size }]);
  });
});

describe('a log of any size', () => {
  const sized = fc.integer({ min: 2, max: 600 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 2), fc.constantFrom(...Object.keys(tampering)), fc.nat(200)));

  it('shows whatever was done to its entries', async () => {
    await fc.assert(
      fc.asyncProperty(sized, async ([size, at, kind, bit]) => {
        const log = new MemoryLog(signer, entriesOf(size));
        log.publishEntries(tampering[kind]!(log.entries, at, bit));
        expect(await faultsOf(log)).not.toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('shows a flipped bit of any file, and a missing file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 600 }), fc.nat(), fc.nat(), fc.nat(7), async (size, which, where, bit) => {
        const log = new MemoryLog(signer, entriesOf(size));
        const paths = usedBy(log);
        const path = paths[which % paths.length]!;
        const file = log.files.get(path)!;
        log.files.set(path, file.map((byte, at) => (at === where % file.length ? byte ^ (1 << bit) : byte)));
        expect(await faultsOf(log)).not.toEqual([]);
        log.files.delete(path);
        expect(await faultsOf(log)).toContainEqual({ kind: 'tile', path });
      }),
      { numRuns: 150 },
    );
  });

  /** The files of the log that its last checkpoint needs: of each tile the widest. */
  function usedBy(log: MemoryLog): string[] {
    const widest = new Map<string, number>();
    for (const path of log.files.keys()) {
      const [base = '', width = '256'] = path.split('.p/');
      widest.set(base, Math.max(Number(width), widest.get(base) ?? 0));
    }
    return [...widest].map(([base, width]) => (width < 256 ? `${base}.p/${width}` : base));
  }

  it('is not judged when its checkpoint is not signed by the key, or is of another log', async () => {
    const log = new MemoryLog(signer, entriesOf(3));
    await expect(audit(log, new MemoryLog(newSigner(), entriesOf(2)).note)).rejects.toThrow('not signed by this key');
    log.note = new MemoryLog(newSigner(), entriesOf(3)).note;
    await expect(audit(log)).rejects.toThrow('not signed by this key');
    log.note = signNote(sha256, 'not a checkpoint\n', signer.key, signer.sign);
    await expect(audit(log)).rejects.toThrow();
  });

  it('ends its list of faults', async () => {
    const log = new MemoryLog(signer, entriesOf(600));
    log.publishEntries(log.entries.map((_, at) => Buffer.from(`{"id":"evt_${at}","name":"edit.refused!"}`)));
    expect(await faultsOf(log)).toHaveLength(faultsMax);
  });
});
