// Loaded before every test file: reflect-metadata for decorators, and Nest's packages in the one order that
// @willsoto/nestjs-prometheus can be imported after (it meets an import cycle otherwise).
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import '@nestjs/core';

// What code under test logs is expected, or is asserted by a spy; only failures belong in the output.
Logger.overrideLogger(false);
