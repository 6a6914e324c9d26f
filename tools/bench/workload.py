"""The sizes of the work that every program is measured at: one slate, as `r2rank bench` has it."""

import random
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True)
class Workload:
    history_tokens: int = 256
    candidates: int = 20
    candidate_tokens: int = 48
    rationales: int = 4
    rationale_tokens: int = 64

    @property
    def prompt_tokens(self):
        """Of one candidate on its own: history and candidate."""
        return self.history_tokens + self.candidate_tokens

    @property
    def slate_tokens(self):
        """Of the slate with the history once."""
        return self.history_tokens + self.candidates * self.candidate_tokens

    @property
    def sequences(self):
        return self.candidates * self.rationales

    def flags(self):
        return [text for name, value in asdict(self).items() for text in (f"--{name.replace('_', '-')}", str(value))]

    def __str__(self):
        return (f"H={self.history_tokens} K={self.candidates} C={self.candidate_tokens} G={self.rationales} "
                f"T={self.rationale_tokens}")


def add_flags(parser, kind):
    for field in fields(Workload):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default, metavar="N",
                            help=f"as of r2rank bench (default: {field.default})")


def from_arguments(arguments):
    return Workload(**{field.name: getattr(arguments, field.name) for field in fields(Workload)})


def prompts(workload, tokens):
    """One prompt per candidate, drawn from these tokens: the same history, then the candidate's own."""
    draw = random.Random(7)
    history = draw.choices(tokens, k=workload.history_tokens)
    return [history + draw.choices(tokens, k=workload.candidate_tokens) for _ in range(workload.candidates)]
