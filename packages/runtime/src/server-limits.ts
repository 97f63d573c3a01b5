import type { ServerOptions } from 'node:http';

/**
 * How long a caller may take to say what he wants, and how much he may say before he has shown who he is. For every HTTP
 * server that listens beyond its own process. The address of a request counts as a header.
 */
export const serverLimits = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  // How late the server notices that a time is over.
  connectionsCheckingInterval: 1_000,
} as const satisfies ServerOptions;
