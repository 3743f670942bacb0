// Loaded before every test file: reflect-metadata for decorators, and Nest's packages in the one order that
// @willsoto/nestjs-prometheus can be imported after (it meets an import cycle otherwise).
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
