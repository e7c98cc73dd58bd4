"""Commands that stand in for machines: a PLC press and an impedance analyser on loopback ports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pressloop.flows.cli.options import Json
from pressloop.flows.console import PlainGroup, plain_errors

emulate = typer.Typer(cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None,
                      help="A lab without machines: real protocols on loopback ports.")
Bench = Annotated[Path, typer.Option("--bench", metavar="FILE", help="Where stacks lie.")]
Speed = Annotated[float, typer.Option("--speed", min=0.01, max=10_000.0,
                                      help="Machine seconds per second.")]
FaultNames = Annotated[Optional[list[str]], typer.Option(  # noqa: UP045
    "--fault", help="Happens once; may be given several times.")]
FaultRate = Annotated[float, typer.Option(
    "--fault-rate", min=0.0, max=1.0, help="Share of cycles, or sweeps, with a random fault.")]
Expose = Annotated[bool, typer.Option("--expose", help="Listen on other than loopback.")]
Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
EmulatorSeed = Annotated[int, typer.Option("--seed", help="Of noise and random faults.")]


@emulate.command("press")
def emulate_press(
        bench: Bench = Path("pressloop-emulated.bench.jsonl"),
        state: Annotated[Path, typer.Option(
            "--state", metavar="FILE", help="Its retained memory.")] = Path(
                "pressloop-emulated.plc.json"),
        host: Host = "127.0.0.1",
        port: Annotated[int, typer.Option(
            "--port", min=0, max=65535, help="TCP port; 0 takes a free one.")] = 5020,
        serial_device: Annotated[str, typer.Option(
            "--serial", metavar="DEVICE", help="Modbus RTU there instead of TCP.")] = "",
        register_map: Annotated[str, typer.Option(
            "--map", metavar="FILE", help="Register map, or: generic.")] = "generic",
        serial_number: Annotated[int, typer.Option(
            "--serial-number", min=1, max=65535, help="Tells it from other emulated presses.")
            ] = 4711,
        speed: Speed = 50.0,
        personality: Annotated[str, typer.Option(
            help="strict, 'holds outputs' or 'trips'.")] = "strict",
        preset: Annotated[str, typer.Option(help="What stacks are made of.")] = "reference",
        fault: FaultNames = None, fault_rate: FaultRate = 0.0, seed: EmulatorSeed = 7,
        connections: Annotated[int, typer.Option(
            "--connections", min=0, help="Accepted at a time, as of a small PLC; 0: any number.")
            ] = 0,
        expose: Expose = False, json: Json = False) -> None:
    """A PLC press that speaks Modbus, with its memory in a file."""
    with plain_errors():
        from pressloop.flows.cli.commands.emulate_press import emulate_press as work

        work(bench, state, host, port, serial_device, register_map, speed, personality, preset,
             tuple(fault or ()), fault_rate, seed, expose, json, serial_number, connections)


@emulate.command("meter")
def emulate_meter(
        bench: Bench = Path("pressloop-emulated.bench.jsonl"),
        dialect: Annotated[str, typer.Option(help="e4980a, e4990a, im3536 or im3570.")] = "im3536",
        host: Host = "127.0.0.1",
        port: Annotated[int, typer.Option(
            "--port", min=0, max=65535, help="TCP port; 0 takes a free one.")] = 5025,
        speed: Speed = 50.0,
        noise: Annotated[float, typer.Option(min=0.0, max=0.1, help="Relative.")] = 0.003,
        fault: FaultNames = None, fault_rate: FaultRate = 0.0, seed: EmulatorSeed = 0,
        expose: Expose = False, json: Json = False) -> None:
    """An impedance analyser that speaks SCPI and measures the stack pressed last."""
    with plain_errors():
        from pressloop.flows.cli.commands.emulate_meter import emulate_meter as work

        work(bench, dialect, host, port, speed, noise, tuple(fault or ()), fault_rate, seed,
             expose, json)


def add_to(app: typer.Typer) -> None:
    """Puts these commands behind `pressloop emulate`."""
    app.add_typer(emulate, name="emulate")
