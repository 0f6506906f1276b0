"""The landing pipeline, on one screen."""

from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from connectors.beam.transforms import Doubt, LandRanges, Read, Reject, Write
from tokenshare.errors import TokenshareError
from tokenshare.offsets import Range

_BEAMS_NOTE = " [while running"  # Beam appends the step's name to a message; our users do not need it


def run(ranges: Sequence[Range], read: Read, doubt: Doubt, reject: Reject, write: Write) -> None:
    """Land every range. Raises the error of the first failing range. Safe to run twice over the same ranges.

    The runner is explicit: Beam's default first tries to download another and may then run side effects twice.
    """
    try:
        _run(ranges, read, doubt, reject, write)
    except TokenshareError as error:
        raise type(error)(error.message.split(_BEAMS_NOTE)[0], error.fix) from error


def _run(ranges: Sequence[Range], read: Read, doubt: Doubt, reject: Reject, write: Write) -> None:
    with beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([])) as pipeline:
        _ = (
            pipeline
            | "Plan" >> beam.Create(list(ranges), reshuffle=False)
            | "Land" >> LandRanges(read, doubt, reject, write)
        )
