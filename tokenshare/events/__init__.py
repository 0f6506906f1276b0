"""Event contracts: the values of the topics."""

from tokenshare.events.claims import *
from tokenshare.events.curated import *
from tokenshare.events.event import *
from tokenshare.events.fetches import *
from tokenshare.events.gateway import *
from tokenshare.events.hub import *
from tokenshare.events.markets import *
from tokenshare.events.prices import *
from tokenshare.events.router import *
