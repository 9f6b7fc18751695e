import { calibrationOf } from '../../measure/calibration.js';
import type { CrossValidated } from '../folds.js';
import { LEARNED } from '../../measure/predictions.js';
import { empty, leftOut, type Measured } from './parts.js';

/** Whether predicted scores can be taken at their word. */
export function calibrationSection(held: CrossValidated): Measured {
  const section = empty('calibration', 'Calibration of the learned scores');
  const { bins, error, brier } = calibrationOf(held, held.predictions.find((p) => p.name === LEARNED.name)!.scores);
  if (Number.isNaN(error)) return leftOut(section, 'it needs measured scores, and there are only preferences.');
  const filled = bins.filter((bin) => bin.count > 0);
  return {
    ...section,
    notes: [
      `Expected calibration error over ten bins: ${error.toFixed(4)}; Brier score ${brier.toFixed(4)}. Of the ` +
        'scores that were measured, on held-out queries.',
    ],
    tables: [
      {
        caption: 'Reliability',
        header: ['predicted from', 'to', 'predictions', 'mean predicted', 'mean observed'],
        rows: filled.map((b) => [b.from, b.to, b.count, b.predicted, b.observed]),
        digits: [1, 1, 0, 4, 4],
      },
    ],
    plots: [
      {
        kind: 'curves',
        title: 'Reliability',
        x: 'predicted score',
        y: 'observed score',
        series: [
          {
            name: 'perfect',
            mark: 'dashes',
            points: [
              [0, 0],
              [1, 1],
            ],
          },
          { name: LEARNED.title, mark: 'line', emphasis: true, points: filled.map((b) => [b.predicted, b.observed]) },
        ],
      },
    ],
  };
}
