import { createServer } from 'node:http';
import { type Logger, serverLimits } from '@flux-context/runtime';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { Answer, BytesAnswer, EventsAnswer } from './answers.js';
import { writeBytes, writeEvents } from './answer-writer.js';
import { stateOf } from './request-state.js';
import { securityHeaders } from './security-headers.js';
import { mountDocs, mountPortal } from './static-pages.js';

export interface AppOptions {
  readonly logger: Logger;
  /** Whether browsers reach the appliance by TLS. */
  readonly https: boolean;
  /** Addresses and networks of the proxies in front, whose word about a caller's address is taken; none when absent. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Folder of the portal's built files. */
  readonly portal?: string | undefined;
}

/** Writes what handlers return: plain objects as JSON, and the three kinds of answers. */
class AnswerAdapter extends ExpressAdapter {
  /** One spelling for each address, so that what is said of `/v1` is true of every door behind it. Set before the first use, which fixes it. */
  constructor() {
    super(express().enable('case sensitive routing'));
  }

  /** A body may take five minutes, since a picture may come over a slow line; headers may not. */
  override initHttpServer(): void {
    this.httpServer = createServer({ ...serverLimits, requestTimeout: 300_000, keepAliveTimeout: 5_000 }, this.getInstance());
  }

  override reply(response: Response, body: unknown, statusCode?: number): unknown {
    if (body instanceof BytesAnswer) return writeBytes(response, body);
    if (body instanceof EventsAnswer) return writeEvents(response, body);
    if (body instanceof Answer) {
      response.set(body.headers);
      return super.reply(response, body.body, body.status) as unknown;
    }
    return super.reply(response, body, statusCode) as unknown;
  }
}

/** Express, told to say nothing about itself and to parse no body before a door was passed. */
function createAdapter(options: AppOptions): ExpressAdapter {
  const adapter = new AnswerAdapter();
  const app = adapter.getInstance<Express>();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', options.trustedProxies ?? false);
  app.use(securityHeaders(options.https));
  app.use((request: Request, response: Response, next: NextFunction) => {
    const { id } = stateOf(request);
    response.set('X-Request-Id', id);
    if (request.path.startsWith('/v1')) response.set('Cache-Control', 'no-store');
    observe(request, response, options.logger);
    next();
  });
  mountDocs(app);
  if (options.portal !== undefined) mountPortal(app, options.portal);
  return adapter;
}

/** One line per answered request: the door, never the address as it was typed. */
function observe(request: Request, response: Response, logger: Logger): void {
  const startedMs = performance.now();
  response.once('close', () => {
    const { id, route, principal } = stateOf(request);
    logger.info('request answered', {
      requestId: id, method: request.method, route: route?.path, status: response.statusCode, durationMs: Math.round(performance.now() - startedMs),
      personId: principal?.personId, outcome: response.writableFinished ? 'sent' : 'broken',
    });
  });
}

/** The application of `module`, ready to listen. Faults at boot are thrown, not logged. */
export async function createApp(module: DynamicModule | (new (...args: never[]) => object), options: AppOptions): Promise<INestApplication> {
  const app = await NestFactory.create(module, createAdapter(options), { bodyParser: false, logger: false, abortOnError: false });
  return app.init();
}
