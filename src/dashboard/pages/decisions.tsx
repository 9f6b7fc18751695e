import { DecisionsList } from './decisions/list.js';
import { OneDecision } from './decisions/one.js';
import type { PageProps } from './index.js';

export default function DecisionsPage({ parts: [id] }: PageProps) {
  return id === undefined ? <DecisionsList /> : <OneDecision key={id} id={id} />;
}
