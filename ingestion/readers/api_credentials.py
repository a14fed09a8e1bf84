"""How an HTTP API knows us: secrets of the environment become headers or parameters, and nothing else."""

from __future__ import annotations

import base64
import os

from warehouse.contract_api import Auth
from warehouse.contracts import Contract
from warehouse.errors import SettingsError


class Credentials:
    """What every request carries: `headers`, and `parameters` of the address.

    Raises SettingsError when a secret that the contract's auth needs is not in the environment.
    """

    def __init__(self, contract: Contract, auth: Auth) -> None:
        self._contract, self._auth = contract, auth
        self.headers: dict[str, str] = {}
        self.parameters: dict[str, str] = {}
        if auth.type == "bearer":
            self.headers = self.token_headers(self._secret("TOKEN"))
        elif auth.type == "header":
            self.headers = {str(auth.name): (auth.prefix or "") + self._secret("KEY")}
        elif auth.type == "query":
            self.parameters = {str(auth.name): self._secret("KEY")}
        elif auth.type == "basic":
            self.headers = {"authorization": self._basic()}
        elif auth.type == "token-request":
            self.token_request()

    def token_headers(self, token: str) -> dict[str, str]:
        """The header that carries a token."""
        prefix = "Bearer " if self._auth.prefix is None else self._auth.prefix
        return {self._auth.name or "authorization": prefix + token}

    def token_request(self) -> tuple[dict[str, str], dict[str, str]]:
        """Headers and form of a request for a token with client credentials (OAuth 2, RFC 6749 section 4.4)."""
        form = {"grant_type": "client_credentials", **({"scope": self._auth.scope} if self._auth.scope else {})}
        if self._auth.credentials_in == "header":
            return {"authorization": self._basic()}, form
        return {}, {**form, "client_id": self._secret("USER"), "client_secret": self._secret("PASSWORD")}

    def _basic(self) -> str:
        pair = f"{self._secret('USER')}:{self._secret('PASSWORD')}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    def _secret(self, name: str) -> str:
        variable = f"{self._contract.source.upper()}_{name}"
        value = os.environ.get(variable)
        if not value:
            raise SettingsError(
                wanted=f"{variable} in the environment",
                found="nothing set",
                where=f"contract {self._contract.path.name}, server {self._contract.server.name}",
                action=f"Set {variable}: the contract asks for auth of type {self._auth.type}.",
            )
        return value
