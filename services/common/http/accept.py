"""Which media type a reader asks for (RFC 9110, 12.5.1)."""

from fastapi import Request


def wants(request: Request, media_type: str, otherwise: str = "application/json") -> bool:
    """Whether the request's Accept names `media_type`, and not with less weight than `otherwise`."""
    return prefers(request.headers.get("accept", ""), media_type, otherwise)


def prefers(accept: str, wanted: str, otherwise: str) -> bool:
    """The same of an Accept header."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media_type, *parameters = (piece.strip() for piece in part.lower().split(";"))
        quality = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
        try:
            weights[media_type] = float(quality)
        except ValueError:
            weights[media_type] = 0.0
    return weights.get(wanted, 0.0) > 0 and weights[wanted] >= weights.get(otherwise, 0.0)
