"""The landing pipeline, on one screen."""

from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from connectors.beam.flink import Flink
from connectors.beam.transforms import LandRanges
from tokenshare.errors import TokenshareError
from tokenshare.offsets import Range

_BEAMS_NOTE = " [while running"  # Beam appends the step's name to a message; our users do not need it


def run(ranges: Sequence[Range], land: LandRanges, flink: Flink | None = None) -> None:
    """Land every range in this process, or on a Flink cluster. Safe to run twice over the same ranges.

    Raises the error of the first failing range; on Flink, RunnerFailed with its words. The local runner is explicit:
    Beam's default first tries to download another and may then run side effects twice.
    """
    try:
        with _pipeline(flink) as pipeline:
            _ = pipeline | "Plan" >> beam.Create(list(ranges), reshuffle=flink is not None) | "Land" >> land
    except TokenshareError as error:
        raise type(error)(error.message.split(_BEAMS_NOTE)[0], error.fix) from error
    except Exception as error:
        if flink is None:
            raise
        raise flink.failure(error) from error


def _pipeline(flink: Flink | None) -> beam.Pipeline:
    if flink is None:
        return beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    flink.check()
    return beam.Pipeline(options=PipelineOptions(flink.options()))
