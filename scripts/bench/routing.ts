/**
 * Routing quality by the protocol of the published logs: five folds by the hash of the query text, each routed from its
 * text alone. The same as `pointsman evaluate --log FILE…`, without profile designs and new LLMs unless asked for.
 *
 *     node dist/scripts/bench/routing.js FILE… [evaluate's options]
 */
import { evaluateCommand } from '../../src/cli/commands/evaluate.js';

await evaluateCommand().parseAsync(['--tables', 'none', '--new-llm', 'none', '--log', ...process.argv.slice(2)], {
  from: 'user',
});
