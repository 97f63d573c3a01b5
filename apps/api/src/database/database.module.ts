import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { refusePending } from './migrate.js';
import { type DatabaseSettings, dataSourceOptions } from './options.js';
import { Transactions } from './transactions.js';

/** The connection and `Transactions` for every room. The application does not start while migrations are pending. */
@Global()
@Module({ providers: [Transactions], exports: [Transactions] })
export class DatabaseModule {
  static connect(settings: DatabaseSettings): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...dataSourceOptions(settings), autoLoadEntities: true, retryAttempts: 1 }),
          dataSourceFactory: async (options) => {
            const dataSource = await new DataSource(options!).initialize();
            await refusePending(dataSource).catch(async (error: unknown) => {
              await dataSource.destroy();
              throw error;
            });
            return dataSource;
          },
        }),
      ],
    };
  }
}
