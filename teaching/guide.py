"""Where the teacher's guide is: one text for reading, for printing, and for the documents."""

from pathlib import Path

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "teaching.md"
