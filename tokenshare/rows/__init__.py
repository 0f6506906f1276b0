"""Row contracts: the columns of every published metric and mart."""

from tokenshare.rows.claims import *
from tokenshare.rows.curated import *
from tokenshare.rows.gateway import *
from tokenshare.rows.hub import *
from tokenshare.rows.markets import *
from tokenshare.rows.marts import *
from tokenshare.rows.prices import *
from tokenshare.rows.router import *
from tokenshare.rows.row import *
