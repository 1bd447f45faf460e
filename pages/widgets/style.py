"""All style the theme cannot say, in one place. Class names of our own begin with ``ib-``."""

from __future__ import annotations

import streamlit as st

_CARDS = """
.ib-list{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,31rem),1fr));gap:.8rem;align-items:stretch}
.ib-card{--edge:#dfe3ea;display:flex;flex-direction:column;gap:.5rem;min-width:0;overflow:hidden;padding:.75rem .95rem .7rem;
  background:#fff;border:1px solid var(--edge);border-top:3px solid var(--ib-accent);border-radius:.45rem}
.ib-card p{margin:0}
.ib-head{display:flex;align-items:baseline;gap:.6rem;min-width:0}
.ib-rank{flex:none;font-weight:700;font-size:1.12rem;font-variant-numeric:tabular-nums;color:var(--ib-accent)}
.ib-meta{flex:1;min-width:0;overflow:hidden;white-space:nowrap;text-overflow:ellipsis;color:#5d6675;font-size:.86rem}
.ib-score{flex:none;font-variant-numeric:tabular-nums;font-weight:600;font-size:.9rem;color:#1b2230}
.ib-bar{height:3px;border-radius:2px;background:#edf0f4;overflow:hidden}
.ib-bar i{display:block;height:100%;background:var(--ib-accent)}
.ib-body{font-size:1.02rem;line-height:1.75;word-break:keep-all;overflow-wrap:anywhere;color:#1b2230}
.ib-body>p,.ib-row p{overflow-x:auto;overflow-y:hidden;scrollbar-width:thin;padding-block:.1rem}
.ib-figure{display:flex;flex-wrap:wrap;gap:.6rem}
.ib-figure a{display:block;max-width:100%;line-height:0}
.ib-figure img{display:block;height:auto;width:auto;max-width:100%;min-height:5rem;max-height:13.5rem;object-fit:contain;border-radius:.25rem}
.ib-choices p{display:flex;flex-wrap:wrap;gap:.15rem 1.5rem;line-height:1.7;word-break:keep-all}
.ib-choices br{display:none}
.ib-chips{display:flex;flex-wrap:wrap;gap:.3rem;margin-top:auto;padding-top:.1rem}
.ib-chip{padding:.08rem .5rem;border-radius:1rem;background:#f1f3f7;color:#4a5364;font-size:.8rem;line-height:1.5;white-space:nowrap}
.ib-kind-image,.ib-kind-latex,.ib-kind-text{background:#fff;box-shadow:inset 0 0 0 1px #c9d0da;color:#1b2230;font-weight:600}
.ib-foot{display:flex;justify-content:space-between;align-items:baseline;gap:.8rem}
.ib-more{font-size:.95rem}
.ib-more summary{cursor:pointer;color:#4a5364;font-size:.88rem;width:max-content;max-width:100%}
.ib-more[open] summary{margin-bottom:.4rem}
.ib-row{display:grid;grid-template-columns:2.6rem minmax(0,1fr);gap:.4rem;padding:.45rem .1rem;border-top:1px solid #edf0f4;line-height:1.75;
  word-break:keep-all;overflow-wrap:anywhere}
.ib-row b{color:#5d6675;font-weight:600;font-size:.88rem}
.ib-similar{font-size:.88rem}
.ib-card .katex{font-size:1.06em}
.ib-card .katex-error{color:inherit!important;font-family:var(--font-mono,monospace);font-size:.9em;overflow-wrap:anywhere}
.ib-source .ib-card{background:#f7f8fa;border-top-color:#1b2230}
.ib-source .ib-rank{font-size:.9rem}
"""
_COMPACT = """
.ib-compact{grid-template-columns:minmax(0,1fr);gap:.6rem}
.ib-compact .ib-card{padding:.55rem .7rem;gap:.35rem;height:15.2rem}
.ib-compact .ib-card:has(details[open]){height:auto}
.ib-compact .ib-body{font-size:.92rem;line-height:1.62;min-height:0;flex:0 1 auto;overflow:hidden}
.ib-compact .ib-card:not(:has(details[open])) .ib-body{-webkit-mask-image:linear-gradient(#000 calc(100% - 1.1rem),transparent);
  mask-image:linear-gradient(#000 calc(100% - 1.1rem),transparent);padding-bottom:.5rem;max-height:7.4rem}
.ib-compact .ib-card:not(:has(details[open])):has(.ib-figure) .ib-body{max-height:4.1rem}
.ib-compact .ib-figure{flex:0 0 auto}
.ib-compact .ib-card:not(:has(details[open])) .ib-figure{height:4.6rem;overflow:hidden}
.ib-compact .ib-card:not(:has(details[open])) .ib-figure img{min-height:0;max-height:4.6rem}
.ib-compact .ib-meta{font-size:.8rem}
.ib-compact .ib-chip{font-size:.74rem;padding:.04rem .42rem}
.ib-compact .ib-choices p{flex-direction:column}
.ib-compact .ib-row{grid-template-columns:minmax(0,1fr);gap:.1rem}
"""
_RESULTS = """
.ib-result{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem .7rem;padding:.1rem 0 .35rem;border-bottom:2px solid var(--ib-accent)}
.ib-result .ib-name{font-weight:700;font-size:1.08rem;color:#1b2230;white-space:nowrap}
.ib-result .ib-name b{display:inline-block;min-width:1.5em;margin-right:.4rem;padding:0 .35em;border-radius:.25rem;background:var(--ib-accent);
  color:#fff;text-align:center;font-size:.9em}
.ib-result .ib-time,.ib-result .ib-model{color:#5d6675;font-size:.85rem;font-variant-numeric:tabular-nums}
.ib-mini{padding:.05rem .5rem;border-radius:.25rem;border:1px dashed #8a6d1d;color:#6b5210;background:#fdf8e7;font-size:.8rem;font-weight:600;white-space:nowrap}
.ib-note{margin:.35rem 0 0;padding-left:.7rem;border-left:3px solid #dfe3ea;color:#4a5364;font-size:.88rem;line-height:1.6;word-break:keep-all}
.ib-note p{margin:0}
.ib-calm{padding:1.1rem 1.2rem;border:1px dashed #cfd5de;border-radius:.45rem;color:#4a5364;line-height:1.75;word-break:keep-all}
.ib-calm p{margin:0}
.ib-upload{display:flex;align-items:center;gap:.9rem;color:#5d6675;font-size:.88rem}
.ib-upload img{max-height:6rem;max-width:14rem;border:1px solid #dfe3ea;border-radius:.35rem;background:#fff}
.ib-waiting{padding:.9rem 0;color:#5d6675;font-size:.9rem}
"""
_FRAME = """
.stMainBlockContainer{padding:3.9rem 1.6rem 3rem}
[data-testid=stMarkdownContainer]{word-break:keep-all}
"""
CSS = _FRAME + _CARDS + _COMPACT + _RESULTS


def apply() -> None:
    """Put the style into the page; the shell does this once for every page."""
    st.html(f"<style>{CSS}</style>")
