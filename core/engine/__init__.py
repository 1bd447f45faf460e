"""The one process that owns the models, and the client everybody else holds.

    client, launch          the callers' side: sockets, starting, replacing, back-off; never imports torch
    wire, messages          what travels between: a JSON header and raw arrays
    server, handler         the process: who may connect, when it ends
    lanes, compute, pace    one compute thread, interactive before batch, batches cut by measured time
    rows, isolate, shelf    one call's rows, what fails alone, which models are in memory
"""
