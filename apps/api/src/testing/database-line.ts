import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** For specs: the line between the API and its database, which can be cut, or lose the answer to one commit. */
export class DatabaseLine {
  private readonly ends = new Set<Socket>();
  private marker: string | undefined;
  private atCommit: 'lose' | 'cut' = 'lose';
  private down = false;

  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async to(databaseUrl: string): Promise<DatabaseLine> {
    const target = new URL(databaseUrl);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String((server.address() as AddressInfo).port) }).href;
    const line = new DatabaseLine(url, server);
    server.on('connection', (caller: Socket) => line.join(caller, connect(Number(target.port), target.hostname)));
    return line;
  }

  /** The next transaction that says `marker` is committed, but its connection breaks before the API hears of it. */
  loseCommitAfter(marker: string): void {
    this.atCommit = 'lose';
    this.marker = marker;
  }

  /** The whole line is cut right after the next transaction that says `marker`, of which the API still hears. */
  cutAfterCommitOf(marker: string): void {
    this.atCommit = 'cut';
    this.marker = marker;
  }

  cut(): void {
    this.down = true;
    for (const end of this.ends) end.destroy();
  }

  mend(): void {
    this.down = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private join(caller: Socket, database: Socket): void {
    if (this.down) {
      caller.destroy();
      database.destroy();
      return;
    }
    let marked = false;
    const part = () => [caller, database].forEach((end) => this.ends.delete(end.destroy()));
    for (const end of [caller, database]) this.ends.add(end.on('error', part).on('close', part));
    caller.on('data', (bytes) => {
      if (this.marker !== undefined && bytes.includes(this.marker)) {
        marked = true;
        this.marker = undefined;
      }
      database.write(bytes);
    });
    database.on('data', (bytes) => {
      const committed = marked && bytes.includes('COMMIT\0');
      if (committed && this.atCommit === 'lose') part();
      else caller.write(bytes, () => committed && this.cut());
    });
  }
}
