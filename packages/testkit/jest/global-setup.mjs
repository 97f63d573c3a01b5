import { offerServer } from './server.mjs';

export default async function setUp() {
  globalThis.endTestServer = await offerServer();
}
