"""What a person does about a check that shut a gate, or about another fault: the part that no contract knows."""

from tokenshare.runbooks.advice import Advice
from tokenshare.runbooks.evidence import EVIDENCE
from tokenshare.runbooks.faults import FAULTS
from tokenshare.runbooks.laws import LAWS
from tokenshare.runbooks.rules import RULES

__all__ = ["EVIDENCE", "FAULTS", "LAWS", "RULES", "Advice"]
