"""What the service answers when it refuses: AMQP error conditions and the HTTP-like status beside them."""

from __future__ import annotations


class ServiceError(Exception):
    """A refusal that the official SDKs turn into their own exception by its condition.

    Attributes:
        condition: the AMQP error condition.
        status: the status code of a management answer.
    """

    condition = "amqp:internal-error"
    status = 500

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


class EntityNotFoundError(ServiceError):
    """No queue, topic or subscription has that name."""

    condition = "amqp:not-found"
    status = 404


class MessageLockLostError(ServiceError):
    """The lock has expired, or the message has been settled already."""

    condition = "com.microsoft:message-lock-lost"
    status = 410


class MessageNotFoundError(ServiceError):
    """No message has that sequence number in the state that the operation needs."""

    condition = "com.microsoft:message-not-found"
    status = 404


class MessageTooLargeError(ServiceError):
    """The message is larger than the entity takes."""

    condition = "amqp:link:message-size-exceeded"
    status = 413


class NotAllowedError(ServiceError):
    """The entity cannot do that."""

    condition = "amqp:not-allowed"
    status = 400


class BadRequestError(ServiceError):
    """The request makes no sense."""

    condition = "com.microsoft:argument-error"
    status = 400


class DecodeError(ServiceError):
    """The bytes are no message."""

    condition = "amqp:decode-error"
    status = 400


class RuleExistsError(ServiceError):
    """The subscription has a rule of that name."""

    condition = "com.microsoft:entity-already-exists"
    status = 409


class RuleNotFoundError(ServiceError):
    """The subscription has no rule of that name."""

    condition = "amqp:not-found"
    status = 404


class LinkIdleError(ServiceError):
    """The link did nothing for too long; the service cuts it."""

    condition = "amqp:link:detach-forced"
