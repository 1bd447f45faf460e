"""Whether each model is run as its makers run it: an independent reading of the published rules, and what to hold against it.

``rule`` and ``reference`` (a module for each family of models: ``text_``, ``qwen_`` and ``siglip_reference``) write the
published rules down a second time, from tokenizer files, PIL and numpy up to the bare transformers model; they share no code
with the loaders. ``subject`` watches our own model from outside, at the tensors that reach the transformer. ``compare`` names
what agrees. A wrong rule (mean pooling, a missing end token …) must fail.
"""
