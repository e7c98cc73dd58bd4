"""Terms of EMMO and BattINFO that a crate uses, and units.

Each IRI is one that its ontology publishes: EMMO and its domains battery, electrochemistry and
characterisation methodology (docs/decisions/0044 says where they were looked up). What these have
no term for is a schema.org PropertyValue.
"""

from __future__ import annotations

from typing import NamedTuple

EMMO = "https://w3id.org/emmo#"
BATTERY = "https://w3id.org/emmo/domain/battery#"
CELL = "https://w3id.org/emmo/domain/electrochemistry#"
METHOD = "https://w3id.org/emmo/domain/characterisation-methodology/chameo#"
SCHEMA = "http://schema.org/"
"""As the context of RO-Crate 1.1 writes it."""

CLASSES = {
    "AmplitudeOfAlternatingVoltage": f"{CELL}electrochemistry_f591a444_89d6_4093_836d_7d53895edce4",
    "Area": f"{EMMO}EMMO_96f39f77_44dc_491b_8fa7_30d887fe0890",
    "BatteryTest": f"{BATTERY}battery_dca7729a_421a_4921_90cf_9692bb9eb081",
    "CelsiusTemperature": f"{EMMO}EMMO_66bc9029_f473_45ff_bab9_c3509ff37a22",
    "Displacement": f"{EMMO}EMMO_4024a7f8_2991_4d80_bcc9_63705aa0c750",
    "Duration": f"{EMMO}EMMO_0adabf6f_7404_44cb_9f65_32d83d8101a3",
    "ElectricReactance": f"{EMMO}EMMO_92b2fb85_2143_4bc7_bbca_df3e6944bfc1",
    "ElectricResistance": f"{EMMO}EMMO_e88f75d6_9a17_4cfc_bdf7_43d7cea5a9a1",
    "ElectrochemicalCell": f"{CELL}electrochemistry_6f2c88c9_5c04_4953_a298_032cc3ab9b77",
    "ElectrochemicalImpedanceSpectroscopy": f"{METHOD}ElectrochemicalImpedanceSpectroscopy",
    "Force": f"{EMMO}EMMO_1f087811_06cb_42d5_90fb_25d0e7e068ef",
    "FormingFromPowder": f"{EMMO}EMMO_f8b20fd2_08b9_4368_b786_156e11d1cec8",
    "Frequency": f"{EMMO}EMMO_852b4ab8_fc29_4749_a8c7_b92d4fca7d5a",
    "MeasuringInstrument": f"{EMMO}EMMO_f2d5d3ad_2e00_417f_8849_686f3988d929",
    "MetrologicalUncertainty": f"{EMMO}EMMO_847724b7_acef_490e_9f0d_67da967f2812",
    "Pressure": f"{EMMO}EMMO_50a44256_9dc5_434b_bad4_74a4d9a29989",
    "Real": f"{EMMO}EMMO_18d180e4_5e3e_42f7_820c_e08951223486",
    "Separator": f"{CELL}electrochemistry_331e6cca_f260_4bf8_af55_35304fe1bbe0",
    "Thickness": f"{EMMO}EMMO_43003c86_9d15_433b_9789_ee2940920656",
    "Time": f"{EMMO}EMMO_d4f7d378_5e3b_468a_baa1_a7e98358cda7",
}
RELATIONS = {
    "hasInput": f"{EMMO}EMMO_36e69413_8c59_4799_946c_10b05d266e22",
    "hasMeasurementUnit": f"{EMMO}EMMO_bed1d005_b04e_4a90_94cf_02bc678a8569",
    "hasMetrologicalUncertainty": f"{EMMO}EMMO_662c64e7_fc72_49b3_a161_f50fd42deafa",
    "hasNumericalPart": f"{EMMO}EMMO_8ef3cd6d_ae58_4a8d_9fc0_ad8f49015cd0",
    "hasOutput": f"{EMMO}EMMO_c4bace1d_4db0_4cd3_87e9_18122bae2840",
    "hasProperty": f"{EMMO}EMMO_e1097637_70d2_4895_973f_2396f04fa204",
    "hasSeparator": f"{CELL}electrochemistry_9317be62_e602_4343_a72d_02c87201b9f6",
    "hasTestEquipment": f"{BATTERY}battery_df4ff8f1_2cf2_444a_9498_23f533bd295c",
    "hasTestObject": f"{BATTERY}battery_da3b3f28_aaad_4d67_b674_df47e109fb8b",
}
NUMBER = {"hasNumberValue": f"{EMMO}EMMO_faf79f53_749d_40b2_807c_d34244c192f4"}


class Unit(NamedTuple):
    """A unit: its case-sensitive UCUM code, "" for none, and its EMMO class where there is one."""

    ucum: str
    emmo: str = ""


UNITS = {
    "MPa": Unit("MPa"), "MPa/s": Unit("MPa/s"), "N": Unit("N"), "s": Unit("s", f"{EMMO}Second"),
    "degC": Unit("Cel", f"{EMMO}DegreeCelsius"), "cm2": Unit("cm2", f"{EMMO}SquareCentiMetre"),
    "mm2": Unit("mm2", f"{EMMO}SquareMilliMetre"), "mm": Unit("mm"), "um": Unit("um"),
    "ohm": Unit("Ohm", f"{EMMO}Ohm"), "ohm cm2": Unit("Ohm.cm2"), "Hz": Unit("Hz"),
    "mV": Unit("mV"), "1": Unit("1"),
}
"""By how pressloop writes them. EMMO has no class for the other ones."""


def unit_keys(unit: str) -> dict[str, str]:
    """`unitText` and, of a unit that is known here, `unitCode`: UCUM, with its prefix.

    Nothing for a quantity without a unit."""
    if not unit:
        return {}
    code = UNITS[unit].ucum if unit in UNITS else ""
    return {"unitText": unit} | ({"unitCode": f"UCUM:{code}"} if code else {})
