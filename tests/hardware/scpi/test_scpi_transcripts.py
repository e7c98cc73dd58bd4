"""The exact lines of each command set, in order, nothing left over.

A resistor and a capacitor lie in the fixture, so that every number can be worked out by hand.
"""

from __future__ import annotations

import pytest

from pressloop.hardware.emulators.meter import MeterSetup, serving_meter
from pressloop.hardware.emulators.meter_fixture import Fixture
from pressloop.hardware.registry import connect_meter


class Parts(Fixture):
    """12.5 ohm and 1000/f ohm of a capacitor."""

    def look(self) -> None:
        pass

    def read(self, frequency_hz: float) -> complex:
        return complex(12.5, -1000.0 / frequency_hz)


E4980A = """
> *IDN?
< Keysight Technologies,E4980A,SIMULATED,A.00.01
> CORR:OPEN:STAT?
< 1
> CORR:SHOR:STAT?
< 1
> *IDN?
< Keysight Technologies,E4980A,SIMULATED,A.00.01
> CORR:OPEN:STAT?
< 1
> CORR:SHOR:STAT?
< 1
> *CLS
> FORM ASC
> FUNC:IMP RX
> FUNC:IMP:RANG:AUTO ON
> VOLT 0.01
> APER LONG,1
> INIT:CONT ON
> TRIG:SOUR BUS
> FREQ 3.00000E+02;:FREQ?
< +3.00000E+02
> *TRG
< +1.25000E+01,-3.33333E+00,+0
> FREQ 1.00000E+03;:FREQ?
< +1.00000E+03
> *TRG
< +1.25000E+01,-1.00000E+00,+0
> FREQ 1.00000E+02;:FREQ?
< +1.00000E+02
> *TRG
< +1.25000E+01,-1.00000E+01,+0
> FREQ 3.00000E+02;:FREQ?
< +3.00000E+02
> *TRG
< +1.25000E+01,-3.33333E+00,+0
> SYST:ERR?
< +0,"No error"
"""

E4990A = """
> *IDN?
< Keysight Technologies,E4990A,SIMULATED,A.00.01
> :SENS1:CORR2:OPEN?
< 1
> :SENS1:CORR2:SHOR?
< 1
> *IDN?
< Keysight Technologies,E4990A,SIMULATED,A.00.01
> :SENS1:CORR2:OPEN?
< 1
> :SENS1:CORR2:SHOR?
< 1
> *CLS
> :FORM:DATA ASC
> :CALC1:PAR1:DEF R
> :CALC1:PAR2:DEF X
> :SENS1:SWE:TYPE LOG
> :SENS1:APER 5
> :SOUR1:MODE VOLT
> :SOUR1:VOLT 0.01
> :TRIG:SOUR BUS
> :INIT1:CONT ON
> :SENS1:FREQ:STAR 1.00000E+02
> :SENS1:FREQ:STOP 1.00000E+03
> :SENS1:SWE:POIN 2
> :TRIG:SING
> *OPC?
< 1
> :CALC1:PAR1:SEL
> :CALC1:DATA:FDAT?
< +1.25000000000E+01,+0.00000000000E+00,+1.25000000000E+01,+0.00000000000E+00
> :CALC1:PAR2:SEL
> :CALC1:DATA:FDAT?
< -1.00000000000E+01,+0.00000000000E+00,-1.00000000000E+00,+0.00000000000E+00
> :CALC1:DATA:XAX?
< +1.00000000000E+02,+1.00000000000E+03
> SYST:ERR?
< +0,"No error"
"""

HIOKI = """
> *IDN?
< HIOKI,IM3536,SIMULATED,A.00.01
> :CORR:OPEN?
< ALL
> :CORR:SHOR?
< ALL
> *IDN?
< HIOKI,IM3536,SIMULATED,A.00.01
> :CORR:OPEN?
< ALL
> :CORR:SHOR?
< ALL
> *CLS
> :HEAD OFF
> :MODE LCR
> :PAR1 RS
> :PAR2 OFF
> :PAR3 X
> :PAR4 OFF
> :MEAS:ITEM 0,18
> :RANG:AUTO ON
> :LEV V
> :LEV:VOLT 0.01
> :SPEE SLOW2
> :TRIG EXT
> :FREQ 3.00000E+02
> :FREQ?
< 3.0000E+02
> *TRG
> :MEAS?
< 1.25000E+01,-3.33333E+00
> :FREQ 1.00000E+03
> :FREQ?
< 1.0000E+03
> *TRG
> :MEAS?
< 1.25000E+01,-1.00000E+00
> :FREQ 1.00000E+02
> :FREQ?
< 1.0000E+02
> *TRG
> :MEAS?
< 1.25000E+01,-1.00000E+01
> :FREQ 3.00000E+02
> :FREQ?
< 3.0000E+02
> *TRG
> :MEAS?
< 1.25000E+01,-3.33333E+00
> *ESR?
< 0
"""


@pytest.mark.slow
@pytest.mark.parametrize(("dialect", "emulated", "expected", "end"), [
    ("keysight_e4980a", "e4980a", E4980A, b"\n"),
    ("keysight_e4990a", "e4990a", E4990A, b"\n"),
    ("hioki_im3536", "im3536", HIOKI, b"\r\n"),
    ("hioki_im3570", "im3570", HIOKI.replace("IM3536", "IM3570"), b"\r\n")])
def test_every_byte_of_one_sweep(place, stack, tmp_path, dialect, emulated, expected, end):
    setup = MeterSetup(tmp_path / "none", emulated, speed=0.0)
    with serving_meter(setup, Parts(tmp_path / "none")) as emulator:
        meter = connect_meter("scpi", {
            "dialect": dialect, "port": emulator.port, "lowest_hz": 100.0, "highest_hz": 1000.0,
            "points_per_decade": 1}, place)
        (spectrum,) = meter.sweep(stack("a"))
        meter.close()
    lines = [line.split(" ", 1) for line in expected.strip().splitlines()]
    assert emulator.transcript == [(way, text.encode() + end) for way, text in lines]
    assert spectrum.frequency_hz.tolist() == [1000.0, 100.0]
    assert spectrum.impedance_ohm.tolist() == [12.5 - 1j, 12.5 - 10j]
    assert spectrum.missing == ()
