"""Which figures are in force for a question that is about no case?"""

from contracts.base import Scope
from finance.model import Policy
from servicekit import shell
from servicekit.http import Call


async def policy(call: Call) -> Policy:
    """Give the global policy of today."""
    runtime = call.desk.runtime
    async with runtime.engine.connect() as conn:
        book = await shell.policies(conn, runtime)
    values: Policy = book.resolve(Policy, Scope(), runtime.now().date()).values
    return values
