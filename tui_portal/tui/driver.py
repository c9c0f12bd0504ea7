"""Textual's driver on a stage (stage.py) that is set already: what stands on the screen stays there."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

from tui_portal.tui.stage import ALTERNATE_SCREEN, Stage


def staged_driver(stage: Stage) -> type[LinuxDriver]:
    """A driver that takes `stage` over. Terminals clear the alternate screen where they are told again to show it."""

    class StagedDriver(LinuxDriver):
        _is_set = False

        def start_application_mode(self) -> None:
            self._is_set = stage.is_shown
            super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual leaves its types out
            if self._is_set:
                self._is_set = False
                self.attrs_before = stage.attributes
                stage.hand_over()

        def write(self, data: str) -> None:
            if not (self._is_set and data == ALTERNATE_SCREEN):
                super().write(data)

    return StagedDriver
