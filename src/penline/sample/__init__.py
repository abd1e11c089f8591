"""The embedded sample: glyphs and a small corpus, so that everything works at once.

Latin letters, digits and signs are real: pen strokes of people, chosen from UNIPEN (CC BY 4.0; see
hands/NOTICE.md). Chinese is simulated, drawn from openly licensed handwriting fonts (OFL-1.1; see
NOTICE.md here), and every report says so.
"""

from penline.sample.load import CORPUS_LANGUAGES, corpus_files, sample_bank, text_of

__all__ = ["CORPUS_LANGUAGES", "corpus_files", "sample_bank", "text_of"]
