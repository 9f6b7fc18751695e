/** A metric that an expression asks for, and the labels that it is chosen by. */
export interface Asked {
  name: string;
  labels: string[];
}

/** Metrics of a service, or `up`, which Prometheus adds. */
const METRIC = /\b(pointsman_\w+|process_\w+|nodejs_\w+|up)\b(?:\{([^}]*)\})?/g;

/** The metrics of an expression in PromQL; texts in quotes name none. */
export function namesIn(expr: string): Asked[] {
  const matchers = (inside: string): string[] => Array.from(inside.matchAll(/(\w+)\s*[=!]~?\s*"/g), ([, one]) => one!);
  return Array.from(withoutTexts(expr).matchAll(METRIC), ([, name, inside = '']) => ({
    name: name!,
    labels: matchers(inside),
  }));
}

/** The labels that an expression groups by. */
export function labelsIn(expr: string): string[] {
  return Array.from(expr.matchAll(/\bby \(([^)]*)\)/g)).flatMap(([, inside]) =>
    inside!.split(',').map((label) => label.trim()),
  );
}

/** Quoted texts are emptied, so that nothing in them is taken for a metric or the end of a selector. */
const withoutTexts = (expr: string): string => expr.replaceAll(/"[^"]*"/g, '""');
