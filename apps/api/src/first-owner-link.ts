import { createLogger, createMetrics } from '@flux-context/runtime';
import { NestFactory } from '@nestjs/core';
import { SignInModule } from './app.module.js';
import type { Config } from './config.js';
import { SeatService } from './seats/index.js';
import { SignInService } from './sessions/index.js';

/**
 * A one-time sign-in link of the first owner, who is made when there is nobody yet: the way in for the operator of a new
 * appliance, or of one whose owner lost every other. Whoever can run it holds the database's password anyway.
 */
export async function firstOwnerLink(config: Config): Promise<string> {
  const logger = createLogger({ app: 'api', level: 'silent' });
  const context = await NestFactory.createApplicationContext(SignInModule.of({ config, logger, metrics: createMetrics() }), { logger: false, abortOnError: false });
  try {
    const owner = await context.get(SeatService, { strict: false }).firstOwner();
    const { url } = await context.get(SignInService, { strict: false }).invite({ personId: owner.id, role: owner.role }, owner.id);
    return url;
  } finally {
    await context.close();
  }
}
