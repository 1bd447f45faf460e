"""The steps of TF 회의, in the order of the meeting."""
