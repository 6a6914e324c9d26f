#include "learn/signal_config.h"

#include <algorithm>

#include "base/error.h"
#include "learn/idle_settings.h"

namespace r2rank::learn {

void SignalConfig::describe(base::ConfigFields& fields) {
  fields.add(
      "signals", folder,
      "folder made by `r2rank signals`: other rankers' scores beside the text, or teaching it (none: text alone)");
  fields
      .add(
          "signal_use", use,
          "how signals are used: residual adds to the scores; text shows {signal:NAME} of prompt_candidate; token "
          "adds to the embedding of the candidate's last token; teach, alone, labels slates in training and leaves "
          "a model of text alone")
      .one_of({"residual", "text", "token", "teach"});
  fields
      .add("signal_hidden", hidden,
           "hidden units of the residual's network over the signals (0: their weighted sum alone)")
      .between(0, 4096);
  fields
      .add(
          "taught_share", taught_share,
          "share of a step's slates that signals label (teach): candidates that nobody chose among; the others are "
          "training slates")
      .between(0.01, 0.99);
}

bool SignalConfig::uses(const std::string& way) const {
  return on() && std::find(use.begin(), use.end(), way) != use.end();
}

void SignalConfig::check() const {
  refuse_idle("train", *this, !on(), "no signals", {"signal_use", "signal_hidden", "taught_share"});
  if (on() && use.empty())
    base::fail_usage("train",
                     "signal_use names no use of the signals: choose among residual, text, token and teach");
  if (uses("teach") && use.size() > 1)
    base::fail_usage("train",
                     "signal_use = teach leaves a model that knows no signals, found it beside others: leave "
                     "teach or the others out");
  refuse_idle("train", *this, on() && !uses("residual"), "signal_use without residual", {"signal_hidden"});
  refuse_idle("train", *this, on() && !uses("teach"), "signal_use without teach", {"taught_share"});
}

}  // namespace r2rank::learn
