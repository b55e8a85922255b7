"""Regions of ISO 3166-2 that are countries too: a visitor in Puerto Rico has the country PR, never the region US-PR."""

from collections.abc import Mapping
from types import MappingProxyType

_TABLE = """
    US-AS:AS US-GU:GU US-MP:MP US-PR:PR US-UM:UM US-VI:VI CN-HK:HK CN-MO:MO CN-TW:TW FI-01:AX NO-21:SJ NO-22:SJ
    FR-971:GP FR-972:MQ FR-973:GF FR-974:RE FR-976:YT FR-BL:BL FR-MF:MF FR-NC:NC FR-PF:PF FR-PM:PM FR-TF:TF FR-WF:WF
    NL-AW:AW NL-BQ1:BQ NL-BQ2:BQ NL-BQ3:BQ NL-CW:CW NL-SX:SX
"""

TERRITORIES: Mapping[str, str] = MappingProxyType(dict(pair.split(":") for pair in _TABLE.split()))
"""The country that visitors of such a region have. The region can be saved, but reaches nobody."""
