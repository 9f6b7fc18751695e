import { createReadStream, createWriteStream, renameSync, rmSync, statSync, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import { openArtifactFolder } from '../../artifact/files/folder.js';
import { PointsmanError, messageOf } from '../../base/errors.js';
import { dataPaths } from '../../base/paths.js';
import type { Decider } from '../../decision/decider.js';
import { parse } from '../../schema/parse.js';
import { RouteRequest, type RouteResponse } from '../../schema/route.js';
import { checkEncoder, readArtifact } from '../../serving/read.js';
import { callJson, serviceApi } from '../client.js';
import { withDeviation } from '../interval.js';
import { integer, number, options } from '../options.js';
import { jsonOf, print, table } from '../output.js';
import { paint } from '../paint.js';
import { targetOf, targetOptions, type Target } from '../target.js';
import { openWorkspace, type Workspace } from '../workspace.js';

interface Settings {
  input?: string;
  output?: string;
  json?: boolean;
  encoder: string;
  logLevel: string;
  redact?: string;
  [field: string]: unknown;
}

/** Name of the field of a request that a flag stands for, by the name commander gives it. */
const fieldOf = (flag: string): string => flag.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function routeCommand(): Command {
  const list = (text: string): string[] => text.split(',').filter((id) => id !== '');
  const command = new Command('route');
  return targetOptions(command, 'folder')
    .description('choose the LLM for one query, or for each line of a file')
    .argument('[query]', 'the query')
    .option('--input <file>', 'JSON Lines of {"query", …same fields as POST /v1/route}; - for standard input')
    .option('--output <file>', 'where the answers go, in order (default: standard output)')
    .option('--task <id>', 'the task, where it is known')
    .option('--models <ids>', 'only these LLMs, with commas between', list)
    .option('--exclude <ids>', 'not these LLMs, with commas between', list)
    .option(
      '--policy <name>',
      'how quality, cost and latency are weighed: quality, balanced, cost, latency or one of your own',
    )
    .option('--max-cost-usd <usd>', 'most that an answer may cost', number(0))
    .option('--max-latency-ms <ms>', 'longest that an answer may take', number(0))
    .option('--min-quality <score>', 'least expected score', number(0, 1))
    .option('--cost-weight <weight>', 'quality points given up per US cent', number(0))
    .option('--latency-weight <weight>', 'quality points given up per second', number(0))
    .addOption(new Option('--latency-percentile <name>', 'which latency is meant').choices(['p50', 'p90']))
    .option('--cheapest-within <quality>', 'the cheapest LLM at most so far below the best', number(0, 1))
    .option('--pin <ids>', 'these LLMs first, with commas between', list)
    .option('--context-tokens <tokens>', 'least context that an LLM declares', integer(1, Number.MAX_SAFE_INTEGER))
    .option('--capabilities <names>', 'what an LLM must declare, with commas between', list)
    .option('--languages <names>', 'languages that an LLM must declare, with commas between', list)
    .option('--regions <names>', 'where data may be processed, with commas between', list)
    .addOption(new Option('--on-no-candidate <what>', 'where nobody keeps the bounds').choices(['error', 'nearest']))
    .option('--top <n>', 'most LLMs that the ranking lists', integer(1, 1000))
    .option('--explain', 'say why')
    .addOption(options.json('as POST /v1/route answers; as it is where no terminal reads along'))
    .addOption(options.encoder())
    .addOption(options.logLevel().default('warn'))
    .addOption(options.redact())
    .action(() => {
      const [query] = command.processedArgs as [string | undefined];
      return route(targetOf(command, 'folder'), command.opts<Settings>(), query);
    });
}

/** Who decides: a decider of this process, or a service. */
type Deciding = Pick<Decider, 'decide'>;

/** Fields of a request that are given by flags. */
const givenBy = (settings: Settings): object =>
  Object.fromEntries(
    Object.entries(settings)
      .map(([flag, value]) => [fieldOf(flag), value])
      .filter(([field, value]) => value !== undefined && (field as string) in RouteRequest.shape),
  );

async function route(target: Target, settings: Settings, query: string | undefined): Promise<void> {
  if ((query === undefined) === (settings.input === undefined))
    throw new PointsmanError('invalid_request', 'expected exactly one of a query and --input FILE');
  if (query !== undefined && settings.output !== undefined)
    throw new PointsmanError('invalid_request', '--output goes with --input');
  await withDecider(target, settings, async (decider) => {
    const given = givenBy(settings);
    if (query === undefined) return routeLines(decider, settings.input!, settings.output, given);
    const decided = await decider.decide(parse(RouteRequest, { query, ...given }));
    print(process.stdout.isTTY && settings.json !== true ? describeAnswer(decided) : jsonOf(decided));
  });
}

/** Has a decision made in the folder or by the service. */
async function withDecider(
  target: Target,
  settings: Settings,
  work: (decider: Deciding) => Promise<void>,
): Promise<void> {
  if (target.kind === 'service') {
    const api = serviceApi(target.url);
    return work({ decide: (request) => callJson<RouteResponse>(api, 'POST', '/v1/route', request) });
  }
  const { encoder, logLevel, redact } = settings;
  const workspace = await openWorkspace({ data: target.data, encoder, logLevel, redact });
  try {
    await checkInForce(workspace, target.data);
    // What answers since the training say is no reason not to decide.
    await workspace.live.corrections.catchUp().catch((error: unknown) => {
      workspace.log.warn({ error: messageOf(error) }, 'decided without what answers since the training say');
    });
    await work(workspace.decider);
  } finally {
    await workspace.close();
  }
}

/**
 * Throws `artifact_damaged` where the version in force was refused: a service says so in its log and answers all the
 * same, but who asks for one answer would not see that it is a guess.
 */
async function checkInForce({ ledger, live, encoder }: Workspace, data: string): Promise<void> {
  const active = await ledger.artifacts.activeVersion();
  if (active === null || live.scorer.current().version === active) return;
  const { manifest } = await readArtifact(openArtifactFolder(dataPaths(data).artifacts), active);
  checkEncoder(manifest, encoder.id);
}

/** One decision, for people. */
export function describeAnswer(answer: RouteResponse): string {
  const rows = answer.ranking.map((r) => [
    r.model === answer.model ? paint('bold', r.model) : r.model,
    withDeviation(r.quality, r.uncertainty),
    r.cost_usd === null ? '–' : `$${r.cost_usd.toFixed(6)}`,
    r.latency_ms === null ? '–' : r.latency_ms.toFixed(0),
    r.utility.toFixed(3),
  ]);
  const why = answer.explanation === undefined ? '' : `\n${answer.explanation.summary}\n`;
  const more = answer.more_ranked === undefined ? '' : `\n… and ${answer.more_ranked} more (--top)`;
  return (
    `${paint('bold', answer.model)}  (${answer.router}, version ${answer.version ?? 'none trained yet'}, decision ` +
    `${answer.decision_id})\n${why}\n${table(['LLM', 'quality', 'cost', 'ms', 'utility'], rows)}${more}`
  );
}

/** Decides, with errors that say where the request stands. */
async function decideLine(decider: Deciding, request: RouteRequest, where: string): Promise<RouteResponse> {
  try {
    return await decider.decide(request);
  } catch (error) {
    throw error instanceof PointsmanError
      ? new PointsmanError(error.code, `${where}: ${error.message}`, { cause: error, issues: error.issues })
      : error;
  }
}

/** Answers each line of a file, in order. The output appears whole, or not at all. */
async function routeLines(decider: Deciding, input: string, output: string | undefined, given: object): Promise<void> {
  if (output !== undefined && statSync(output, { throwIfNoEntry: false })?.isDirectory())
    throw new PointsmanError('invalid_config', `--output: expected a file, got the folder ${output}`);
  const temporary = output === undefined ? undefined : `${output}.${process.pid}.tmp`;
  const out: WriteStream | NodeJS.WriteStream = temporary === undefined ? process.stdout : createWriteStream(temporary);
  const source = input === '-' ? process.stdin : createReadStream(input);
  const name = input === '-' ? 'standard input' : input;
  try {
    await Promise.all([
      input === '-' ? undefined : once(source, 'open'),
      temporary === undefined ? undefined : once(out, 'open'),
    ]);
  } catch (error) {
    throw new PointsmanError(
      'file_not_found',
      `${name} or ${output ?? 'standard output'} can't be opened: ${messageOf(error)}`,
      { cause: error },
    );
  }
  let failed: unknown;
  if (temporary !== undefined) out.on('error', (error) => (failed = error));
  try {
    let line = 0;
    for await (const text of createInterface({ input: source, crlfDelay: Infinity })) {
      line++;
      if (text.trim() === '') continue;
      const where = `${name}, line ${line}`;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (error) {
        throw new PointsmanError('invalid_file', `${where}: expected JSON: ${messageOf(error)}`, { cause: error });
      }
      const request = parse(
        RouteRequest,
        value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...given, ...value } : value,
        'invalid_file',
        where,
      );
      if (!out.write(`${jsonOf(await decideLine(decider, request, where))}\n`)) await once(out, 'drain');
    }
    if (temporary !== undefined) {
      out.end();
      await once(out, 'close');
      if (failed !== undefined)
        throw new PointsmanError('invalid_config', `--output: ${output} can't be written: ${messageOf(failed)}`, {
          cause: failed,
        });
      renameSync(temporary, output!);
    }
  } finally {
    if (temporary !== undefined) rmSync(temporary, { force: true });
  }
}
