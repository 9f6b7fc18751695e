import { SignalSettings } from '../../schema/signals.js';
import type { Context } from '../context.js';
import type { Operation } from '../kit/operation.js';
import { settingsOperations } from './settings.js';

export function signalOperations({ ledger }: Pick<Context, 'ledger'>): Operation[] {
  return settingsOperations(ledger.settings, {
    path: '/v1/signals',
    tag: 'feedback',
    about: 'What each signal says of an answer',
    kind: 'signals',
    schema: SignalSettings,
  });
}
