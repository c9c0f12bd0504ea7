"""Where a line of text may end, in every language that is spoken here."""

from __future__ import annotations

import re

NO_BREAK_SPACE = "\u00a0"

# Between letters of these scripts a line may end anywhere, but not before closing marks and small kana, nor after opening ones.
WIDE = "\u2e80-\u303f\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
_CLOSING = "、。，．・：；？！」』）】〉》〕］｝…‥ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々〜"
_OPENING = "「『（【〈《〔［｛"

# The pieces that a line is made of: runs of spaces, letters of those scripts with the marks that belong to them, other words.
PIECES = re.compile(rf" +|[{_OPENING}]*(?:[{WIDE}]|[^ {WIDE}]+)[{_CLOSING}]*")
