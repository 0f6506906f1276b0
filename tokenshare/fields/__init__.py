"""The field dictionary: one name, one type, one unit, one meaning, everywhere. Its chapters are one dictionary."""

from tokenshare.fields.claims import *
from tokenshare.fields.core import *
from tokenshare.fields.curated import *
from tokenshare.fields.fetches import *
from tokenshare.fields.gateway import *
from tokenshare.fields.hub import *
from tokenshare.fields.markets import *
from tokenshare.fields.prices import *
from tokenshare.fields.router import *
