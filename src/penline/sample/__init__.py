"""The embedded sample: simulated handwriting and a small corpus, so that everything works at once.

The glyphs are drawn from openly licensed handwriting fonts (OFL-1.1; see NOTICE.md here). They are
simulated, and every report says so.
"""

from penline.sample.load import CORPUS_LANGUAGES, corpus_files, sample_bank, text_of

__all__ = ["CORPUS_LANGUAGES", "corpus_files", "sample_bank", "text_of"]
