// Tests on a real cluster wait for events with deadlines of their own, which say what did not happen. This one is for
// a test that has none, and so longer than they are.
import { jest } from '@jest/globals';

jest.setTimeout(120_000);
