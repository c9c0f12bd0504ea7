"""Certificates that nobody vouches for, made by openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


def make_certificate(
    folder: Path, *more: str, host: str = "localhost", days: int = 30, kind: str = "ec"
) -> tuple[Path, Path]:
    """A certificate for `host` that is valid from now on, and its key, with `more` words for openssl."""
    number = len(list(folder.glob("*.crt")))
    certificate, key = folder / f"{number}.crt", folder / f"{number}.key"
    kinds = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], "rsa": ["rsa:2048"], "small": ["rsa:1024"]}
    words = ["openssl", "req", "-x509", "-newkey", *kinds[kind], "-days", str(days), "-subj", "/CN=somebody"]
    if not {"-nodes", "-passout"} & set(more):
        words.append("-nodes")
    names = ["-addext", f"subjectAltName=DNS:{host},IP:127.0.0.1", *more, "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run([*words, *names], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not here to make a certificate with")
    key.chmod(0o600)
    return certificate, key
