"""Plans and reports as text. Each format takes a plan, returns text, and knows nothing of the others.

Every renderer returns text that is harmless wherever its format is read, without a line break at the end.
"""

from pbxsync.render.formats import FORMATS, Options, render
from pbxsync.render.report import report_text
from pbxsync.render.result.formats import RESULT_FORMATS
from pbxsync.render.text import plan_text

__all__ = ["FORMATS", "RESULT_FORMATS", "Options", "plan_text", "render", "report_text"]
