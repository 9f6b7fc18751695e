import { createMetrics, type MetricsParts } from '../../src/http/metrics.js';
import { registerStateMetrics } from '../../src/http/state-metrics.js';
import { createTimings } from '../../src/http/kit/timings.js';
import { createLogger } from '../../src/base/log.js';
import { cell, codeIn, markdownTable, page } from './markdown.js';
import type { ReferencePage } from './types.js';

/** A metric as it is registered. */
export interface MetricDoc {
  name: string;
  help: string;
  type: string;
  labels: readonly string[];
}

/** Stands for what metrics are collected from: they are described, and none is read. */
const nothing: unknown = new Proxy(() => nothing, { get: () => nothing });

/** What of a registered metric prom-client's types don't tell. */
interface Registered {
  name: string;
  help: string;
  labelNames?: readonly string[];
  constructor: { name: string };
}

/** Every metric that a service registers, by name. */
export function metricsOf(): MetricDoc[] {
  const { registry } = createMetrics(nothing as MetricsParts);
  registerStateMetrics(registry, nothing as Parameters<typeof registerStateMetrics>[1]);
  createTimings(registry, createLogger('silent'));
  const names = (registry.getMetricsAsArray() as unknown as { name: string }[]).map(({ name }) => name);
  return names
    .toSorted()
    .map((name) => registry.getSingleMetric(name) as unknown as Registered)
    .map((metric) => ({
      name: metric.name,
      help: metric.help,
      type: metric.constructor.name.toLowerCase(),
      labels: metric.labelNames ?? [],
    }));
}

/** Every metric of `/metrics`: our own, then those of the process. */
export function metricsPage(metrics: readonly MetricDoc[] = metricsOf()): ReferencePage {
  const isOwn = ({ name }: MetricDoc): boolean => name.startsWith('pointsman_');
  const table = (some: readonly MetricDoc[]): string =>
    markdownTable(
      ['metric', 'is a', 'labels', ''],
      some.map(({ name, type, labels, help }) => [codeIn(name), type, labels.map(codeIn).join(', '), cell(help)]),
    );
  return {
    name: 'metrics.md',
    text: page('Metrics', 'the registry that `/metrics` answers', [
      'Prometheus reads them with a key of the scope `read`, or without one where the service runs with ' +
        '`--open-metrics`. `docker/prometheus` has rules for alerts, `docker/grafana` a board ' +
        '([watching](../how-to/platform.md#watch-it)).',
      '## Pointsman',
      table(metrics.filter(isOwn)),
      '## The process',
      table(metrics.filter((one) => !isOwn(one))),
    ]),
  };
}
