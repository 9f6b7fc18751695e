import { render } from 'preact';
import { App } from './app.js';
import { followService } from './kit/live.js';
import { caller, readCaller } from './kit/session.js';
import { Failed } from './kit/states.js';
import { Problem } from './kit/problem.js';
import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import './style/tables.css';
import './style/controls.css';
import './style/states.css';

const root = document.getElementById('app')!;

/** Who asks is known before anything is shown: what they may decides what there is. */
async function start(): Promise<void> {
  render(<App />, root);
  try {
    await readCaller();
    followService();
  } catch {
    if (caller.value === null)
      render(
        <Failed
          problem={new Problem('unreachable', 0, 'The service does not answer. Is it running?')}
          onRetry={() => location.reload()}
        />,
        root,
      );
  }
}

void start();
