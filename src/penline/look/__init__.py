"""Looking at handwriting: contact sheets of archives, banks and finished data sets.

`penline.look.sheet.sheet` writes one self-contained HTML file. ``page.html``, the style sheet and
the scripts beside this file are inlined into it; nothing is built and nothing is fetched.
"""
