"""Other codes and names of regions."""

from collections.abc import Mapping
from types import MappingProxyType

UNLISTED: Mapping[str, str] = MappingProxyType(
    {
        "NO-31": "Østfold",
        "NO-32": "Akershus",
        "NO-33": "Buskerud",
        "NO-39": "Vestfold",
        "NO-40": "Telemark",
        "NO-55": "Troms",
        "NO-56": "Finnmark",
    }
)
"""Codes that ISO has assigned and the list of pycountry lacks."""

DIVIDED: Mapping[str, str] = MappingProxyType(
    {
        "GB-EAW": "GB-ENG GB-WLS",
        "GB-GBN": "GB-ENG GB-SCT GB-WLS",
        "GB-UKM": "GB-ENG GB-NIR GB-SCT GB-WLS",
        "GL-QA": "GL-AV GL-QT",
        "NZ-N": "NZ-AUK NZ-BOP NZ-GIS NZ-HKB NZ-MWT NZ-NTL NZ-TKI NZ-WGN NZ-WKO",
        "NZ-S": "NZ-CAN NZ-MBH NZ-NSN NZ-OTA NZ-STL NZ-TAS NZ-WTC",
        "OM-BA": "OM-BJ OM-BS",
        "OM-SH": "OM-SJ OM-SS",
    }
)
"""Codes of several regions, most of them withdrawn."""

_ALIASES = """
GB-ENG: en eng
GB-SCT: sco scot
GB-WLS: wal cym
GB-NIR: ni nirl ulster
GB-LND: lon ldn london
GB-MAN: mcr greater-manchester
US-NY: nyc new-york-city
US-DC: washington-dc wdc
US-CA: cal calif
US-FL: fla
US-IL: ill
US-IN: ind
US-MA: mass
US-MI: mich
US-MN: minn
US-OR: ore oreg
US-PA: penn penna
US-TN: tenn
US-TX: tex
US-WA: wash
US-WI: wis wisc
US-CO: colo
US-CT: conn
US-AZ: ariz
US-NE: nebr
US-OK: okla
US-KS: kans
CA-AB: alta alb
CA-MB: man
CA-NL: nfld newfoundland labrador
CA-NT: nwt
CA-ON: ont
CA-PE: pei
CA-QC: que qbc
CA-SK: sask
CA-YT: yk yukon-territory
AU-NSW: sydney
AU-QLD: queens
AU-TAS: tasm
AU-VIC: vict melbourne
DE-BY: bav bay bavaria
DE-HE: hes hesse
DE-NI: nds lower-saxony
DE-NW: nrw north-rhine-westphalia
DE-RP: rlp rhineland-palatinate
DE-SN: sac saxony
DE-ST: lsa saxony-anhalt
DE-TH: thuringia
DE-MV: mvp mecklenburg-western-pomerania
DE-BE: ber
DE-HH: ham
FR-BRE: brittany
FR-NOR: normandy
FR-20R: corsica
IT-25: lombardy
IT-21: piedmont
IT-52: tuscany
IT-82: sicily
IT-88: sardinia
IT-75: apulia
IT-62: latium
IT-RM: rome
IT-MI: milan
IT-NA: naples
IT-TO: turin
IT-FI: florence
IT-VE: venice
ES-CT: catalonia cat
ES-AN: andalusia
ES-PV: basque-country
ES-MD: community-of-madrid
BE-BRU: brussels
BE-VLG: flanders vla
BE-WAL: wallonia
NL-NH: north-holland
NL-ZH: south-holland
AT-9: vienna
AT-2: carinthia
AT-3: lower-austria
AT-4: upper-austria
AT-6: styria
AT-7: tyrol
CH-GE: geneva
CH-ZH: zuerich
CZ-10: prague
PL-14: masovia mazovia warsaw
RU-MOW: moscow
RU-SPE: saint-petersburg petersburg
PT-11: lisbon
UA-30: kiev kyiv
MX-CMX: df cdmx mexico-city
BR-RJ: rio
BR-SP: sao-paulo
IN-DL: new-delhi del
CN-NM: inner-mongolia
CN-XZ: tibet
JP-13: tokyo
JP-27: osaka
JP-01: hokkaido
KR-11: seoul
TH-10: bangkok
VN-SG: hcmc ho-chi-minh-city saigon
VN-HN: hanoi
ID-JK: jakarta
PH-00: manila ncr metro-manila
TR-34: istanbul
AE-DU: dubai
AE-AZ: abu-dhabi
SA-01: riyadh
EG-C: cairo
ZA-GP: gau
ZA-KZN: natal
"""


def _by_country() -> Mapping[str, Mapping[str, str]]:
    aliases: dict[str, dict[str, str]] = {}
    for line in _ALIASES.strip().splitlines():
        region, names = line.split(": ")
        found = aliases.setdefault(region[:2], {})
        found |= {name.replace("-", " "): region for name in names.split()}
    return MappingProxyType(aliases)


REGION_ALIASES = _by_country()
"""Regions by country, and by another name or abbreviation as `name_key` gives it."""
