"""The OpenAPI document: what every operation shares, and the page to try it on."""

from config.documentation.completing import complete
from config.documentation.views import Docs, Schema

__all__ = ["Docs", "Schema", "complete"]
