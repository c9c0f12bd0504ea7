"""Where things are: settings, data, logs, style sheets."""

from __future__ import annotations

from pathlib import Path

APPLICATION = "tui-portal"


def default_database() -> Path:
    """The database where none is named: in the user's data directory (XDG)."""
    from platformdirs import user_data_path

    return user_data_path(APPLICATION) / "portal.sqlite3"


def default_configs() -> tuple[Path, ...]:
    """Where settings are looked for, the first that exists counts: the user's, then the system's."""
    from platformdirs import site_config_path, user_config_path

    return (user_config_path(APPLICATION) / "config.toml", site_config_path(APPLICATION) / "config.toml")


def log_file() -> Path:
    """The log that a crash is written to."""
    from platformdirs import user_log_path

    return user_log_path(APPLICATION) / "tui-portal.log"


def mail_templates_folder() -> Path:
    """The mail templates that come with the program."""
    return Path(__file__).parent / "mail" / "templates"


def styles_folder() -> Path:
    """The style sheets: inside the package in a wheel, beside it in a checkout."""
    inside = Path(__file__).parent / "styles"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "styles"
