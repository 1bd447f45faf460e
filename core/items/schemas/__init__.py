"""The two schemas items come in and go out in: the plan's (appendix 12.1) and the item bank's own export."""
