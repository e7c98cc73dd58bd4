"""Files as instruments' programs keep them, made byte by byte from their published structure."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import numpy as np

from pressloop.trials.checks import ComplexArray, FloatArray

_PEIS, _COUNT_OF_PARAMETERS = 0x1D, 52
_COLUMNS = {32: "<f4", 37: "<f4", 38: "<f4", 36: "<f4", 35: "<f4", 4: "<f8", 24: "<f8"}
"""Column numbers of freq, Re(Z), -Im(Z), |Z|, Phase(Z), time and cycle number."""


def mpr(f: FloatArray, z: ComplexArray, cycle: FloatArray, area_cm2: float) -> bytes:
    """An EC-Lab file of potentiostatic impedance: settings and data, each a MODULE."""
    settings = bytearray(0x1900)
    settings[0] = _PEIS
    struct.pack_into("<f", settings, 0x211, area_cm2)
    struct.pack_into("<HH", settings, 0x572, 1, _COUNT_OF_PARAMETERS)
    struct.pack_into("<f", settings, 0x576 + 36, 10.0)  # Va (mV)
    struct.pack_into("<ff", settings, 0x576 + 92, -10.0, 10.0)  # E range (V)
    rows = np.zeros(f.size, np.dtype([(str(key), kind) for key, kind in _COLUMNS.items()]))
    for key, values in zip(_COLUMNS, (f, z.real, -z.imag, abs(z), np.degrees(np.angle(z)),
                                      np.arange(f.size), cycle), strict=True):
        rows[str(key)] = values
    data = bytearray(0x195)
    struct.pack_into(f"<IB{len(_COLUMNS)}H", data, 0, f.size, len(_COLUMNS), *_COLUMNS)
    return (b"BIO-LOGIC MODULAR FILE\x1a" + b" " * 25 + bytes(4)
            + _module("VMP Set", "VMP settings", 0, bytes(settings))
            + _module("VMP data", "VMP data", 2, bytes(data) + rows.tobytes()))


def _module(short: str, long: str, version: int, data: bytes) -> bytes:
    return (b"MODULE" + short.ljust(10).encode() + long.ljust(25).encode()
            + struct.pack("<II", len(data), version) + b"08/10/21" + data)


def ism(f: FloatArray, z: ComplexArray) -> bytes:
    """A Zahner file: big-endian arrays of frequency, modulus, phase, time and significance."""
    arrays = b"".join(np.asarray(one, ">f8").tobytes()
                      for one in (f, abs(z), np.angle(z), np.arange(f.size)))
    texts = struct.pack(">h", 0) * 12
    return ((-2).to_bytes(6, "big", signed=True)[2:].rjust(6, b"\0")
            + (f.size - 1).to_bytes(6, "big") + arrays
            + np.full(f.size, 1000, ">i2").tobytes() + texts)


def pssession(*spectra: tuple[str, FloatArray, ComplexArray], old: bool = False,
              kilo: bool = False) -> bytes:
    """A PSTrace session with one voltammogram and impedance measurements."""
    def array(kind: str, quantity: str, symbol: str, values: FloatArray) -> dict[str, Any]:
        return {"Type": "PalmSens.Data.DataArray", "Description": quantity,
                "Unit": {"Type": f"PalmSens.Units.{kind}", "S": symbol, "Q": quantity},
                "DataValues": [{"V": float(value)} for value in values]}

    scale, prefix = (1e-3, "Kilo") if kilo else (1.0, "")
    measured = [{"Title": "cv", "DataSet": {"Values": [
        array("Volt", "Potential", "V", np.arange(5.0)),
        array("MicroAmpere", "Current", "A", np.arange(5.0))]}}]
    for title, f, z in spectra:
        measured.append({"Title": title, "DataSet": {"Values": [
            array("Hertz", "Frequency", "Hz", f), array(f"{prefix}ZRe", "Z'", "Ω", scale * z.real),
            array(f"{prefix}ZIm", "-Z''", "Ω", -scale * z.imag)]}})
    text = json.dumps({"Type": "PalmSens.DataFiles.SessionFile", "Measurements": measured})
    if old:
        for key in ("Measurements", "Title", "DataSet", "Values", "Unit", "DataValues", "Type"):
            text = text.replace(f'"{key}"', f'"{key.lower()}"')
        for key in ("V", "Q", "S"):
            text = text.replace(f'"{key}":', f'"{key.lower()}":')
    return (text + "\ufeff").encode("utf-16")


def idf(*scans: tuple[str, FloatArray, ComplexArray]) -> bytes:
    """An Ivium file: control characters among settings, then the rows."""
    parts = [b"\x01\x00\x03Ivium"]
    for title, f, z in scans:
        rows = "".join(f"  {one.real:.7E}  {one.imag:.7E}  {hertz:.7E}\r\n"
                       for hertz, one in zip(f, z, strict=True))
        parts.append(f"\r\nTitle={title}\r\nMethod=Impedance\r\n\x02primary_data\r\n3\r\n{f.size}"
                     f"\r\n{rows}\r\n0\r\n".encode("latin-1"))
    return b"".join(parts)


def par(*segments: tuple[FloatArray, ComplexArray]) -> bytes:
    """A VersaStudio file: an open-circuit segment, then impedance segments."""
    text = ("<Application>\r\nName=VersaStudio\r\n</Application>\r\n\r\n<Segment1>\r\nType=2\r\n"
            "Definition=Segment #, Point #, E(V), Elapsed Time(s), 0\r\n0,0,0.1,1\r\n0,1,0.1,2\r\n"
            "</Segment1>\r\n")
    for place, (f, z) in enumerate(segments, start=2):
        rows = "".join(f"{place - 1},{at},0.1,{hertz:.9g},{one.real:.9g},{one.imag:.9g},1\r\n"
                       for at, (hertz, one) in enumerate(zip(f, z, strict=True)))
        text += (f"<Segment{place}>\r\nType=8\r\nVersion=3\r\nDefinition=Segment #, Point #, E(V), "
                 f"Frequency(Hz), Z Real, Z Imag, ActionId, 0\r\n{rows}</Segment{place}>\r\n")
    return text.encode()


def xlsx(**sheets: list[list[object]]) -> bytes:
    """A workbook of sheets of rows."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
