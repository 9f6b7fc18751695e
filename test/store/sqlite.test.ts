import { join } from 'node:path';
import { describeStore } from './conformance/index.js';
import type { OpenOptions } from './conformance/store-under-test.js';
import { openFor, START, tempFolder } from './support.js';

describeStore({
  name: 'sqlite',
  async open(t, options) {
    const path = join(tempFolder(t), 'ledger.sqlite');
    const time = { now: START };
    const openAgain = (more: OpenOptions = {}) => openFor(t, path, { clock: () => time.now, ...more });
    return { ledger: await openAgain(options), time, openAgain };
  },
});
