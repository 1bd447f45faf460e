"""The one process that owns the models, and the client everybody else holds.

    client, launch          the callers' side: sockets, starting, replacing, back-off; never imports torch
    wire, messages          what travels between: a JSON header and raw arrays
    server, handler         the process: who may connect, when it ends
    lanes, compute, pace    one compute thread, interactive before batch, batches cut by measured time
    rows, isolate           one call's rows, what fails alone, what begins again at a lower precision
    shelf, slots, source    which models are in memory, what they were asked for as, where they come from
    gauge, diary            the card's memory, capped and read; what happened there
"""
