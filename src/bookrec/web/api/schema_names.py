"""The OpenAPI document under the shop's own name."""

from __future__ import annotations

from typing import Any

from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin

from bookrec.json_types import JsonObject
from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.request.site import Site


def _named(request: AnyRequest, openapi_schema: JsonObject) -> JsonObject:
    """Return the document with the shop's name as its title."""
    site: Site = request.app.state.site
    info = {**openapi_schema["info"], "title": site.fronts.current().settings.name}
    return {**openapi_schema, "info": info}


class NamedJson(JsonRenderPlugin):
    """The document as JSON."""

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:
        """Return the bytes of the answer."""
        return super().render(request, _named(request, openapi_schema))


class NamedYaml(YamlRenderPlugin):
    """The document as YAML."""

    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:
        """Return the bytes of the answer."""
        return super().render(request, _named(request, openapi_schema))
