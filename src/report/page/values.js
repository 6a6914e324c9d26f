// What a run logs, in a line each (docs/metrics.md says it in full).

const LOGGED = {
  utility: ["utility", "the step's list objective of the reasoned scores; rises, noisily"],
  utility_silent: ["utility, silent", "the same of the silent scores"],
  ndcg: ["NDCG", "of the mean reasoned scores on the step's training slates; above both controls"],
  ndcg_silent: ["NDCG, silent", "of the silent scores on the step's training slates"],
  "valid_ndcg@10": ["validation NDCG@10", "on the validation slates"],
  loss: ["loss", "mean loss of an epoch"],
  ndcg_incoming: ["NDCG, incoming order", "control: the slate as it was listed"],
  ndcg_constant: ["NDCG, constant", "control: every score equal"],
  credit_size: ["credit size", "mean absolute credit of a rationale; at 0 the tokens learn nothing"],
  slates_without_credit: ["slates without credit", "share whose rationales were all worth the same; near 0"],
  score_variance_within: ["score variance within", "of an item over its rationales; 0: the rationale is ignored"],
  score_variance_between: ["score variance between", "of the items' mean scores; larger than within"],
  logprob_gap_mean: ["log-probability gap, mean", "between sampling and training pass; bf16: below 0.1"],
  logprob_gap_max: ["log-probability gap, largest", "bf16: below 1"],
  rationale_length: ["rationale length", "sampled tokens; a fall to 1: the model stopped reasoning"],
  rationale_ended: ["rationales that ended", "share that ended by themselves; rises towards 1"],
  rationale_malformed: ["rationales malformed", "share holding a reserved marker; below 0.05"],
  token_entropy: ["token entropy", "nats; near 0 exploration is over"],
  kl: ["KL", "to the starting model, per token"],
  token_clip_share: ["tokens clipped", "share outside the clip; below 0.3"],
  ranking_clip_share: ["rankings clipped", "share whose gradient the clip cuts; below 0.3"],
  utility_taught: ["taught utility", "of slates that signals label; rises towards minus their entropy"],
  text_loss: ["text loss", "nats a token of histories and chosen candidates; falls"],
  critic_error: ["critic error", "mean squared; falls below the rewards' variance"],
  gradient_norm: ["gradient norm", "before clipping; bursts of 10x deserve a look"],
  learning_rate: ["learning rate", "the schedule"],
  seconds: ["seconds a step", "wall-clock of the step"],
  training_seconds: ["training seconds", "of the passes alone"],
  rollout_seconds: ["rollout seconds", "of the step's sampling"],
  tokens_per_second: ["tokens a second", "prompt and sampled tokens; steady"],
  nonfinite_steps: ["non-finite steps", "skipped so far; 0"],
};

const loggedName = (column) => LOGGED[column]?.[0] ?? column;
const loggedNote = (column) => LOGGED[column]?.[1] ?? "";
