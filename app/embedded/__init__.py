"""The PostgreSQL and the Redis that come along, for whoever has none."""

from app.embedded.secret import secret_key
from app.embedded.servers import Servers, use

__all__ = ["Servers", "secret_key", "use"]
