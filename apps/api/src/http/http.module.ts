import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { DoorGuard } from './door.guard.js';
import { completeKey, Doors } from './doors.js';
import { InputInterceptor } from './input.interceptor.js';
import { PrincipalSources } from './principal-sources.js';
import { ProblemFilter } from './problem.filter.js';
import { RequestRates } from './request-rates.js';
import { Readiness } from './readiness.js';
import { SystemController } from './system.controller.js';

@Global()
@Module({
  imports: [DiscoveryModule],
  controllers: [SystemController],
  providers: [
    PrincipalSources,
    Readiness,
    RequestRates,
    Doors,
    { provide: APP_GUARD, useClass: DoorGuard },
    { provide: APP_INTERCEPTOR, useClass: InputInterceptor },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [PrincipalSources, Readiness, RequestRates],
})
export class HttpModule {
  /** `complete`: the application refuses to start when a route of the contract has no handler. */
  static open(options: { complete: boolean }): DynamicModule {
    return { module: HttpModule, providers: [{ provide: completeKey, useValue: options.complete }] };
  }
}
