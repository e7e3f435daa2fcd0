"""What must come of it? Scenarios of the money, written by an accountant, played through accounting's own handlers.

One file is played in two ways: in memory (`memory.py`: the decisions alone, milliseconds) and live (the service as it
runs, over HTTP, Kafka and PostgreSQL), with the same result. A step stays playable in both when it

- changes accounting only by `office.ask(handle, body, record)`, a command that has a route, and by
  `office.hear(event)`, what another department says on its topic; `record` is the id in the route's path, or the
  name of what is made;
- reads only what `office.get`, `all`, `line`, `invoice`, `settlement` give, and never keeps or changes a record;
- says nothing about time: a step's day comes first, and whatever deadline is due by then has fired at its own moment.

`tests/house/test_scenario_steps.py` holds it.
"""
