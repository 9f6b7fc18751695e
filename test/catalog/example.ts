/** RouteProfile's example, as its documentation has it. */
export const EXAMPLE = `model_id: "mistral-7b-instruct-v0.2"
capabilities:
  task_types:
    - summarization:
        granularity: "query-level"
        metrics:
          avg_tokens_per_sec: 85
          rouge_l_score_avg: 0.45
        domain_suitability: ["news", "general_articles"]
    - code_generation:
        granularity: "query-level"
        metrics:
          avg_tokens_per_sec: 40
          pass_rate_unit_tests: 0.70
        domain_suitability: ["python", "javascript"]
  latency_profile:
    p50: 1.2s
    p90: 3.5s
  cost_per_token: 0.00015
learning_config: "trainable_gnn"
`;
