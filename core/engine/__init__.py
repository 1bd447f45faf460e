"""The one process that owns the models, and the client everybody else holds.

    client, sockets, parts  the callers' side: one call a socket, long lists cut into requests; never imports torch
    launch, places          finding, starting, replacing and stopping the engine; where its files lie
    wire, messages          what travels between: a JSON header and raw arrays
    server, handler, host   the process: who may connect, one client's requests, what all of them share and when it ends
    lanes, compute, pace    one compute thread, interactive before batch, batches cut by measured time
    rows, isolate           one call's rows, what fails alone, what begins again at a lower precision
    shelf, resident         which models are in memory, and each of them
    slots, ladder, source   what a model was asked for as, what that came down to, where it comes from
    gauge, diary            the card's memory, capped and read; what happened there
    cards, sample, sampler  the machine's memory from outside: one look, and a look a second; ``hour`` keeps the last of them
    forecast                what loading a model would do to the memory
    fingerprint             what answers depend on beside the request: where it differs, the engine is replaced
    reserve                 by whom it is not: a measurement that has it with settings of its own
"""
