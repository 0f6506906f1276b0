"""The state of the mirror for `doctor`; reading it changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.postgres.connection import connect
from connectors.postgres.mirror import OWN, ROLE
from tokenshare.errors import MirrorFailed

STATE = "SELECT home, as_of::text FROM {}.file"


@dataclass(frozen=True)
class MirrorState:
    """A server that answers: its version, whether readers have a role, and what the mirror has; all empty at first."""

    version: str
    has_role: bool
    home: str
    as_of: str
    digests: Mapping[str, str]


def probe(dsn: str) -> MirrorState:
    """The state of the mirror. Raises MirrorFailed if we could not write it."""
    with connect(dsn) as connection:
        question = """SELECT current_setting('server_version'), current_setting('server_encoding'),
            to_regrole(%s) IS NOT NULL, to_regnamespace(%s) IS NOT NULL,
            has_database_privilege(current_database(), 'CREATE'), current_user::text"""
        ((version, encoding, has_role, is_made, may_create, user),) = connection.execute(question, [ROLE, OWN])
        if encoding != "UTF8":
            raise MirrorFailed(f"the database is encoded in {encoding}", "name one that is encoded in UTF8")
        if not may_create:
            raise MirrorFailed(f"{user} may not create schemas", f"GRANT CREATE ON DATABASE to {user}")
        if not is_made:
            return MirrorState(str(version), bool(has_role), "", "", {})
        home, as_of = connection.execute(STATE.format(OWN)).fetchone() or (None, None)
        rows = connection.execute(f"SELECT relation, digest FROM {OWN}.relations").fetchall()
        digests = {str(relation): str(digest) for relation, digest in rows}
        return MirrorState(str(version), bool(has_role), str(home or ""), str(as_of or ""), digests)
