"""The base of every row of a published relation."""

from pydantic import BaseModel, ConfigDict


class RowContract(BaseModel):
    """One row of a published relation; status columns are added at publication."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
