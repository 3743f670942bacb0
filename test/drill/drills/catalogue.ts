import type { Drill } from '../drill.ts';
import { apiKilled } from './api-killed.ts';
import { apiServerAway } from './api-server-away.ts';
import { certificateRotated } from './certificate-rotated.ts';
import { leaderKilled } from './leader-killed.ts';
import { nodeGone } from './node-gone.ts';
import { rollingUpdate } from './rolling-update.ts';

/** All drills in order of execution. */
export const drills: readonly Drill[] = [
  apiKilled,
  leaderKilled,
  rollingUpdate,
  nodeGone,
  certificateRotated,
  apiServerAway,
];
