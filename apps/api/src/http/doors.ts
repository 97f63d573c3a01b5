import { allRoutes, type Route } from '@flux-context/contracts';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { doorKey } from './door.js';

export const completeKey = Symbol('complete');

const nestPathKey = 'path';

/** Every mounted door, and the check at boot that nothing is open by accident and nothing promised is missing. */
@Injectable()
export class Doors implements OnModuleInit {
  #routes: readonly Route[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    @Inject(completeKey) private readonly complete: boolean,
  ) {}

  onModuleInit(): void {
    const faults: string[] = [];
    const found: Route[] = [];
    for (const { instance, name } of this.discovery.getControllers()) {
      const controller = instance as Record<string, object>;
      for (const method of this.scanner.getAllMethodNames(Object.getPrototypeOf(controller) as object)) {
        const route = Reflect.getMetadata(doorKey, controller[method]!) as Route | undefined;
        if (route !== undefined) found.push(route);
        else if (Reflect.hasMetadata(nestPathKey, controller[method]!)) faults.push(`${name}.${method} has no @Door`);
      }
    }
    for (const route of allRoutes) {
      const handlers = found.filter(({ id }) => id === route.id).length;
      if (handlers > 1) faults.push(`${route.id} has ${handlers} handlers`);
      if (handlers === 0 && this.complete) faults.push(`${route.id} has no handler`);
    }
    if (faults.length > 0) throw new Error(`The doors are not in order: ${faults.join('; ')}.`);
    this.#routes = found;
  }

  /** The methods that an address answers to; none when there is nothing. */
  methodsAt(path: string): string[] {
    return this.#routes.filter((route) => patternOf(route.path).test(path)).map(({ method }) => method);
  }
}

const patternOf = (path: string) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+').replaceAll(/\{\+\w+\}/g, '.+')}/?$`);
