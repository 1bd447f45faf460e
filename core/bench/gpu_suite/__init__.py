"""The full-size architectures with random weights on whatever card there is: speed and memory, and nothing else.

    architectures, vocabulary, checkpoints   what the models are: literal configs, stand-in tokenizers, random weights
    workload, models                         what is asked of them, and of which object
    machine, memory, timing, work            what is read off the machine, and how it is counted
    parts, worker                            the measurements, in a process that may die
    suite, report                            the process that may not: it keeps what was measured, as it comes
"""
