"""One paper, effect, transform, preset, collector ... of another author's; two placers."""
