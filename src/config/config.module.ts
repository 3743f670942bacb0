import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { CONFIG } from './config.ts';
import type { Config } from './config.ts';

/** Gives every module the one {@link Config} under the token {@link CONFIG}. */
@Module({})
export class ConfigModule {
  /** The module around a configuration that has been loaded before. */
  static forRoot(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: CONFIG, useValue: config }],
      exports: [CONFIG],
    };
  }
}
