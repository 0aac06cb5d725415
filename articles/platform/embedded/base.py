"""Django's PostgreSQL backend, which makes sure the embedded server runs before it connects."""

from pathlib import Path

from django.db.backends.postgresql import base

from .server import EmbeddedServer


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict) -> object:
        EmbeddedServer.at(Path(self.settings_dict["EMBEDDED_DIRECTORY"])).ensure_running()
        return super().get_new_connection(conn_params)
