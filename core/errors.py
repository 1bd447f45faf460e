"""Errors a person may meet.

    UserError                  one Korean sentence: what happened and what to do
    ├── SettingError           a setting has a value that is not allowed
    ├── InputError             what was given (a file, a query, an image) cannot be used
    ├── NotFoundError          a named item, collection, model or system does not exist
    ├── ForbiddenError         this person may not do this
    ├── StoreError             the database is missing, too old or out of reach
    ├── ModelError             a model is not installed, damaged or does not fit
    └── EngineError            the engine process did not answer
        ├── EngineBusyError    its queue is full; trying again later is the remedy
        └── EngineDiedError    it ended over this call, which may be what ended it
"""

from __future__ import annotations


class UserError(Exception):
    """Base of every error shown to a person. ``str(error)`` is the Korean sentence; the cause goes to the log."""


class SettingError(UserError):
    """A setting is refused; the message names it and lists what is allowed."""


class InputError(UserError):
    """A file, query or image cannot be used as given."""


class NotFoundError(UserError):
    """A named thing does not exist; the message lists near names where there are some."""


class ForbiddenError(UserError):
    """Somebody may not do what they asked for; the message says who may."""


class StoreError(UserError):
    """The database cannot be started, reached or used."""


class ModelError(UserError):
    """A model cannot be loaded or has given an unusable answer."""


class EngineError(UserError):
    """The engine process failed or went away while a call was waiting."""


class EngineBusyError(EngineError):
    """The engine's queue is full or the deadline passed before the call's turn."""


class EngineDiedError(EngineError):
    """The engine ended while it had this call, which may be what ended it."""
