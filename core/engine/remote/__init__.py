"""Models that compute on another machine: vLLM servers behind the interface of the engine's client.

    addresses       ENGINE_URL: which model, which servers, what is declared of them
    requests        contents as the JSON vLLM expects; images at the local path's size
    answers         what comes back, checked before it is believed
    replica, fleet  one server; several of them with retries, failover and bounded concurrency
    identity        what the servers say they are, and what a few tiny requests show of them
    model, routes   one remote model as the client sees it; which calls go there
"""
