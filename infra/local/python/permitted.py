"""Lets MiniStack ask for the permissions that AWS asks for.

SQS has no permission of its own for a batch: SendMessageBatch needs sqs:SendMessage (Service Authorization Reference,
"Actions, resources, and condition keys for Amazon SQS"). MiniStack asks for sqs:SendMessageBatch, which no policy of a
real account names. The function changed is private: this refuses to start when it has moved.
"""

SAME_AS = {"SendMessageBatch": "SendMessage"}


def correct():
    from ministack.core import iam_actions

    named = getattr(iam_actions, "_action_from_target", None)
    if named is None:
        raise SystemExit("this MiniStack names actions in another way: look at permitted.py")

    def corrected(headers):
        action = named(headers)
        return SAME_AS.get(action, action)

    iam_actions._action_from_target = corrected
