import { Controller } from '@nestjs/common';
import { limitsRoute, outputFormats, referencesMax, instructionLengthMax, type Limits } from '@flux-context/contracts';
import { Door } from '../http/index.js';
import { ModelService } from '../models/index.js';
import { PoolService } from '../pools/index.js';
import { EditSettings } from './edit-settings.js';

/** What may be sent here, and to which engines and models. */
@Controller()
export class LimitsController {
  constructor(
    private readonly pools: PoolService,
    private readonly models: ModelService,
    private readonly settings: EditSettings,
  ) {}

  @Door(limitsRoute)
  async limits(): Promise<Limits> {
    const usable = await this.models.usable();
    const open = this.pools.states().filter((pool) => !pool.private);
    const models = [...new Map(open.flatMap((pool) => pool.models).filter(({ id }) => usable.has(id)).map((model) => [model.id, model])).values()];
    const engines = [...new Set(open.flatMap((pool) => [...pool.engines]))].filter((engine) => engine === 'exact' || models.length > 0);
    const { pictureBytesMax, picturePixelsMax, deadlineSeconds, redeliverySeconds } = this.settings;
    return {
      pictureBytesMax,
      picturePixelsMax,
      deadlineSeconds,
      redeliverySeconds,
      // An exact edit takes as many as can be sent.
      referencesMax: engines.includes('exact') ? referencesMax : Math.max(0, ...models.map(({ limits }) => limits.referencesMax)),
      instructionLengthMax,
      sourceFormats: [...this.settings.sourceFormats],
      outputFormats: [...outputFormats],
      engines,
      models,
    };
  }
}
